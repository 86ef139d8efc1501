using Kv.FaultTests.Running;
using Kv.Testing;
using Microsoft.Data.Sqlite;

namespace Kv.FaultTests.Deployments;

/// <summary>One Kv on a data directory.</summary>
internal sealed class EmbeddedDeployment : Deployment
{
    private readonly DataDisk _disk;

    private EmbeddedDeployment(DataDisk disk, RunSettings settings, Recorder recorder)
    {
        _disk = disk;
        Replica = new Replica("replica-0", settings, Environment(disk), recorder, disk.Launcher);
    }

    public Replica Replica { get; }

    public override IReadOnlyList<Replica> Replicas => [Replica];

    /// <summary>The disk that the data is on.</summary>
    public DataDisk Disk => _disk;

    /// <summary>The file to which writes go first.</summary>
    public string WriteAheadLog => Path.Combine(_disk.OutsidePath, "kv.db-wal");

    /// <summary>Starts it, and waits until it is ready.</summary>
    public static async Task<EmbeddedDeployment> Start(RunSettings settings, Recorder recorder)
    {
        var deployment = new EmbeddedDeployment(DataDisk.Make(), settings, recorder);
        try
        {
            await deployment.Replica.Start();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    public override async Task Heal()
    {
        _disk.MakeRoom();
        Replica.Heal();
        await Replica.WaitUntilReady();
    }

    public override async Task<IReadOnlyList<StoredEntry>> ReadChanges()
    {
        // SQLite finds no way through the path of another namespace.
        using var copy = new TemporaryDirectory();
        foreach (var file in Directory.EnumerateFiles(_disk.OutsidePath, "kv.db*"))
            File.Copy(file, copy.File(Path.GetFileName(file)));
        await using var connection = new SqliteConnection($"Data Source={copy.File("kv.db")};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        // A version is written at one revision, and at another it ends: by the next one (0), deleted (1), or expired
        // (2).
        command.CommandText =
            """
            SELECT mod_revision AS revision, versions.id, key, COALESCE(contents.value, versions.value), deadline
            FROM versions LEFT JOIN contents ON contents.id = content
            UNION ALL
            SELECT end_revision, id, key, NULL, NULL FROM versions WHERE end_kind > 0
            ORDER BY revision, id
            """;
        var changes = new List<StoredEntry>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            changes.Add(new StoredEntry(
                rows.GetInt64(0),
                System.Text.Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(2)),
                await rows.IsDBNullAsync(3) ? null : rows.GetFieldValue<byte[]>(3),
                await rows.IsDBNullAsync(4) ? null : rows.GetInt64(4)));
        return changes;
    }

    public override async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        _disk.Dispose();
    }

    private static Dictionary<string, string> Environment(DataDisk disk) => new()
    {
        ["STORE"] = "embedded",
        ["DATA_DIR"] = disk.Path,
        // All of it: compacted changes could not be judged.
        ["HISTORY_REVISIONS"] = "1000000000",
    };
}
