using Kv.Domain;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>
/// The directory of the database, held by a lock as long as this object lives: two processes with one database would
/// each count revisions for themselves. The system frees the lock when a process dies.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream @lock)
    {
        DatabaseFile = Path.Combine(path, "kv.db");
        _lock = @lock;
    }

    public string DatabaseFile { get; }

    /// <exception cref="ConfigurationException">Another process holds the directory, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"DATA_DIR is '{path}'; it cannot be made: {error.Message}", error);
        }
        try
        {
            var held = new FileStream(
                Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(path, held);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ConfigurationException($"DATA_DIR is '{path}'; this user may not write there.", error);
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw new ConfigurationException(
                $"DATA_DIR is '{path}'; it is in use by another process. The embedded store serves one at a time.", error);
        }
        catch (IOException error)
        {
            throw new ConfigurationException($"DATA_DIR is '{path}'; it cannot be written: {error.Message}", error);
        }
    }

    /// <summary>What the database takes, and what the disk has left for this user, where the system tells.</summary>
    public StoreSpace Space(string? refusal)
    {
        try
        {
            var used = new[] { DatabaseFile, DatabaseFile + "-wal" }.Select(file => new FileInfo(file)).Where(file => file.Exists).Sum(file => file.Length);
            return new StoreSpace(used, new DriveInfo(Path.GetDirectoryName(_lock.Name)!).AvailableFreeSpace, refusal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new StoreSpace(null, null, refusal);
        }
    }

    public void Dispose() => _lock.Dispose();

    // A read-only or a full disk is an IOException as well. EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION and
    // ERROR_LOCK_VIOLATION of Windows.
    private static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
