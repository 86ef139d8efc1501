using Microsoft.Data.Sqlite;

namespace Kv.Infrastructure.Storage.Embedded;

/// <summary>Takes snapshots of the database.</summary>
internal sealed class Snapshots(SqliteConnection connection, LatestRevision latest)
{
    private readonly Statement _begin = new(connection, "BEGIN");
    private readonly Statement _end = new(connection, "COMMIT");
    private readonly Statement _counter = new(connection, "SELECT number FROM counters WHERE name = $0");

    public Snapshot Take()
    {
        _begin.Run();
        var revision = _counter.Number(Schema.Revision) ?? 0;
        latest.RaiseTo(revision);
        return new Snapshot(this, revision, _counter.Number(Schema.Compacted) ?? 0);
    }

    /// <summary>A state of the database that stays the same over several statements.</summary>
    internal readonly ref struct Snapshot(Snapshots owner, long revision, long compacted) : IDisposable
    {
        public long Revision { get; } = revision;

        public long Compacted { get; } = compacted;

        /// <summary>The revision to read at; 0 means the current one.</summary>
        public long Resolve(long asked)
        {
            if (asked == 0)
                return Revision;
            if (asked > Revision)
                throw new RevisionInFutureException(asked);
            if (asked < Compacted)
                throw new RevisionCompactedException(Compacted);
            return asked;
        }

        public void Dispose() => owner._end.Run();
    }
}
