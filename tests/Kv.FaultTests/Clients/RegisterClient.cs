using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>Reads and writes a few keys in every way that there is for single keys, and by bulks.</summary>
internal sealed class RegisterClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    private readonly Dictionary<string, long> _known = [];
    private readonly Dictionary<string, long> _cursors = [];
    private long _revision;

    protected override async Task Step()
    {
        var key = Pick(KeyNames.Registers);
        Learn(key, await Send(Next(key)));
    }

    private CallRequest Next(string key) => Random.Next(100) switch
    {
        < 16 => Requests.Get(key),
        < 19 => Requests.Head(key),
        < 22 => Requests.GetRaw(key),
        < 27 => Requests.Get(key) with { IsSerializable = true },
        < 31 => Requests.Get(key) with { IsSerializable = true, MinRevision = _revision },
        < 34 => Requests.Get(key) with { Conditions = [new(key, ConditionKind.NotWrittenAt, Known(key))] },
        < 37 when _revision > 0 => Requests.GetAt(key, Math.Max(1, _revision - Random.Next(50))),
        < 40 => Requests.History(key, Random.Next(1, 10), Random.Next(2) == 0 ? null : Before(key)),
        < 55 => Requests.Put(key, NewValue()),
        < 58 => Requests.PutRaw(key, NewValue()),
        < 62 => Requests.Post(key, NewValue()),
        < 68 => Requests.Put(key, NewValue(), condition: new(key, ConditionKind.WrittenAt, Known(key))),
        < 71 => Requests.Put(key, NewValue(), condition: new(key, ConditionKind.Absent)),
        < 73 => Requests.Post(key, NewValue(), condition: new(key, ConditionKind.Absent)),
        < 75 => Requests.Put(key, NewValue(), condition: new(key, ConditionKind.Exists)),
        < 83 => Requests.Delete(key),
        < 86 => Requests.Delete(key, new(key, ConditionKind.WrittenAt, Known(key))),
        < 92 => Requests.Patch(key, Random.Next(2) == 0 ? null : Random.Next(60, 3600)),
        _ => Requests.Bulk(Several()),
    };

    private IReadOnlyList<KeyOperation> Several()
    {
        var keys = KeyNames.Registers.ToArray();
        Random.Shuffle(keys);
        return [.. keys.Take(Random.Next(2, 5)).Select(key => Random.Next(5) switch
        {
            0 or 1 => new KeyOperation(OperationKind.Get, key),
            2 => new KeyOperation(OperationKind.Set, key, NewValue()),
            3 => new KeyOperation(
                OperationKind.Set, key, NewValue(), Condition: new(key, ConditionKind.WrittenAt, Known(key))),
            _ => new KeyOperation(OperationKind.Delete, key),
        })];
    }

    // The cursor of the last page of the key's history, if there was one.
    private long? Before(string key) => _cursors.TryGetValue(key, out var cursor) ? cursor : null;

    // For a key that was never seen, a revision that it does not have.
    private long Known(string key) => _known.GetValueOrDefault(key, 1);

    private void Learn(string key, Call call)
    {
        if (call.Answer is not { } answer)
            return;
        _revision = Math.Max(_revision, answer.Revision ?? 0);
        if (answer.ETag is { } known && call.Kind is not CallKind.Bulk)
            _known[key] = known;
        if (answer.Before is { } before)
            _cursors[key] = before;
        if (call.Kind == CallKind.Bulk)
            foreach (var item in answer.Keys)
                if (item.ETag is { } revision)
                    _known[item.Key] = revision;
    }
}
