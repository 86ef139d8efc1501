using Kv.Domain;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The directory of the database, locked for the lifetime of this object: two processes with one database would each
/// count revisions separately. The system releases the lock when the process ends.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream @lock)
    {
        DatabaseFile = Path.Combine(path, "kv.db");
        _lock = @lock;
    }

    public string DatabaseFile { get; }

    /// <exception cref="ConfigurationException">
    /// Another process holds the directory, or it cannot be written.
    /// </exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            Create(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"DATA_DIR is '{path}'; it cannot be created: {error.Message}", error);
        }
        try
        {
            var held = new FileStream(
                Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var directory = new DataDirectory(path, held);
            RestrictFiles(directory.DatabaseFile);
            return directory;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ConfigurationException($"DATA_DIR is '{path}'; this user may not write there.", error);
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw new ConfigurationException(
                $"DATA_DIR is '{path}'; it is in use by another process. The embedded store serves one at a time.",
                error);
        }
        catch (IOException error)
        {
            throw new ConfigurationException($"DATA_DIR is '{path}'; it cannot be written: {error.Message}", error);
        }
    }

    /// <summary>
    /// The size of the database and the free space of the disk for this user, where the system reports it.
    /// </summary>
    public StoreState Space(string? refusal)
    {
        try
        {
            var used = new[] { DatabaseFile, DatabaseFile + "-wal" }.Select(file => new FileInfo(file))
                .Where(file => file.Exists).Sum(file => file.Length);
            return new StoreState(used, new DriveInfo(Path.GetDirectoryName(_lock.Name)!).AvailableFreeSpace, refusal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new StoreState(null, null, refusal);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        DenyOthers(path);
    }

    // SQLite gives its other files (-wal, -shm) the mode of the database file.
    private static void RestrictFiles(string database)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(database))
            new FileStream(
                database,
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly })
                .Dispose();
        foreach (var file in new[] { database, $"{database}-wal", $"{database}-shm" })
            if (File.Exists(file))
                DenyOthers(file);
    }

    // Removes the permissions of all other users. The group keeps its permissions: it may share the volume.
    private static void DenyOthers(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) == 0)
            return;
        try
        {
            File.SetUnixFileMode(path, mode & ~Others);
        }
        catch (UnauthorizedAccessException)
        {
            // Another user owns it, which is common for a mounted volume.
        }
    }

    // A read-only or a full disk is an IOException as well. These codes are EWOULDBLOCK of Linux and of macOS, and
    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.
    private static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
