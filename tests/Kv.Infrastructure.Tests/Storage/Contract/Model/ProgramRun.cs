using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract.Model;

/// <summary>
/// A run of a program on one store. All observations become lines of text with ordinals in place of revisions, so that
/// two runs are equal exactly when their lines are equal.
/// </summary>
internal sealed class ProgramRun
{
    private const string EndMarker = "\u07FF\u07FF";

    private readonly IStore _store;
    private readonly StoreKey _prefix;
    private readonly CancellationToken _enough;
    private readonly List<long> _revisions = [];
    private readonly List<string> _lines = [];

    private ProgramRun(IStore store, StoreKey prefix, CancellationToken enough)
    {
        _store = store;
        _prefix = prefix;
        _enough = enough;
    }

    /// <summary>Executes the steps of the program, then reads all of its history, then watches it.</summary>
    public static async Task<IReadOnlyList<string>> Observe(
        StoreProgram program,
        IStore store,
        StoreKey prefix,
        CancellationToken enough)
    {
        var run = new ProgramRun(store, prefix, enough);
        // Ordinal 0 is the revision before the first write.
        run._revisions.Add((await store.Get(prefix, ReadConsistency.Linearizable, enough)).Revision);
        foreach (var step in program.Steps)
            await run.Do(step);
        for (var ordinal = 0; ordinal < run._revisions.Count; ordinal++)
            await run.List($"history at {ordinal}", KeyRange.Prefix(prefix), 3, false, run._revisions[ordinal]);
        await run.List("at the end", KeyRange.Prefix(prefix), 3, false, 0);
        await run.Watch(program);
        return run._lines;
    }

    private Task Do(Step step) => step switch
    {
        Step.Commit commit => Commit(commit),
        Step.List list => List(list.ToString(), Range(list.Span), list.PageSize, list.KeysOnly, Ago(list.WritesAgo)),
        Step.Count count => Count(count),
        Step.Get get => Get(get),
        _ => throw new NotSupportedException(step.ToString()),
    };

    private async Task Commit(Step.Commit step)
    {
        var transaction = new Transaction(
            [.. step.Conditions.Select(Compare)],
            [.. step.Then.Select(Operation)],
            [.. step.Else.Select(Operation)]);
        var result = await _store.Commit(transaction, _enough);
        var taken = result.Succeeded ? step.Then : step.Else;
        var wrote = taken.Where((action, i) =>
            action.Kind == ActionKind.Put || action.Kind == ActionKind.Delete && result.Results[i].Deleted > 0).Any();
        if (wrote)
        {
            if (result.Revision <= _revisions[^1])
                _lines.Add($"revision {result.Revision} does not rise");
            _revisions.Add(result.Revision);
        }
        var results = result.Results.Select(each => $"{each.Deleted}{Show(each.Entries)}");
        _lines.Add($"{step}: {result.Succeeded} {string.Join(' ', results)}");
    }

    private async Task Count(Step.Count step) =>
        _lines.Add($"{step}: {await _store.Count(Range(step.Span), Ago(step.WritesAgo), _enough)}");

    private async Task Get(Step.Get step)
    {
        var read = await _store.Get(Key(step.Name), ReadConsistency.Linearizable, _enough);
        _lines.Add($"{step}: {Show(read.Entry)}{(read.Revision < _revisions[^1] ? " at a stale revision" : "")}");
    }

    private async Task List(string what, KeyRange range, int pageSize, bool keysOnly, long revision)
    {
        var query = new RangeQuery(range, pageSize, revision, keysOnly);
        var entries = new List<Entry>();
        while (true)
        {
            var page = await _store.Range(query, _enough);
            if (page.Entries.Count > pageSize)
                _lines.Add($"a page of {page.Entries.Count}");
            entries.AddRange(page.Entries);
            if (page.Next is not { } next)
                break;
            query = query with { Range = range.From(next), Revision = page.Revision };
        }
        _lines.Add($"{what}: {Show(entries)}");
    }

    private async Task Watch(StoreProgram program)
    {
        var end = await _store.Commit(Transaction.Unconditional(new Operation.Put(Key(EndMarker), default)), _enough);
        _revisions.Add(end.Revision);
        var range = KeyRange.Between(Key(program.WatchStart), KeyRange.Prefix(_prefix).End);
        await foreach (var set in _store.Watch(range, Ago(program.WatchWritesAgo), _enough))
        {
            var changes = set.Changes.Select(change =>
                $"{change.Kind} {Name(change.Key)} {Show(change.Current)} before {Show(change.Previous)}");
            _lines.Add($"watched {Ordinal(set.Revision)}: {string.Join("; ", changes)}");
            if (set.Revision >= end.Revision)
                return;
        }
    }

    private Compare Compare(Condition condition) => new(
        Range(condition.Span),
        condition.Target,
        condition.Relation,
        Revision(condition.Number),
        Encoding.UTF8.GetBytes(condition.Value));

    private Operation Operation(Action action) => action.Kind switch
    {
        ActionKind.Put => new Operation.Put(Key(action.Span.Start), Encoding.UTF8.GetBytes(action.Value)),
        ActionKind.Delete => new Operation.Delete(Range(action.Span)),
        _ => new Operation.Read(Range(action.Span), action.Limit),
    };

    /// <summary>The revision of an ordinal. Absent keys have 0, and future ordinals come after all others.</summary>
    private long Revision(int ordinal) =>
        ordinal == 0 ? 0 : ordinal < _revisions.Count ? _revisions[ordinal] : _revisions[^1] + 1;

    private long Ago(int? writes) => writes is { } ago ? _revisions[Math.Max(0, _revisions.Count - 1 - ago)] : 0;

    private string Ordinal(long revision) =>
        _revisions.IndexOf(revision) is >= 0 and var ordinal ? $"#{ordinal}" : $"unknown revision {revision}";

    private StoreKey Key(string name) => new((byte[])[.. _prefix.Span, .. Encoding.UTF8.GetBytes(name)]);

    private KeyRange Range(Span span) => span.End is null
        ? KeyRange.Single(Key(span.Start))
        : KeyRange.Between(Key(span.Start), Key(span.End));

    private string Name(StoreKey key) => Convert.ToHexString(key.Span[_prefix.Bytes.Length..]);

    private string Show(IEnumerable<Entry> entries) => $"[{string.Join(", ", entries.Select(Show))}]";

    private string Show(Entry? entry) => entry is null
        ? "none"
        : $"{Name(entry.Key)}={Convert.ToHexString(entry.Value.Span)} created {Ordinal(entry.CreateRevision)} "
        + $"modified {Ordinal(entry.ModRevision)} version {entry.Version} deadline {entry.Deadline}";
}
