using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>
/// Writes two keys together, always with the same value, and reads them in ways that must show them so.
/// </summary>
internal sealed class PairClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    private readonly Dictionary<string, long> _known = [];
    private readonly Dictionary<string, string> _values = [];

    protected override async Task Step()
    {
        var (first, second) = Pick(KeyNames.Pairs);
        var call = await Send(Next(first, second));
        foreach (var item in call.Answer?.Keys ?? [])
        {
            if (item.ETag is { } revision)
                _known[item.Key] = revision;
            if (item.Value is { } value)
                _values[item.Key] = value;
        }
    }

    private CallRequest Next(string first, string second)
    {
        KeyOperation[] read = [new(OperationKind.Get, first), new(OperationKind.Get, second)];
        var value = NewValue();
        KeyOperation[] write = [new(OperationKind.Set, first, value), new(OperationKind.Set, second, value)];
        return Random.Next(100) switch
        {
            < 30 => Requests.Transaction([], write),
            < 45 when _known.TryGetValue(first, out var revision) =>
                Requests.Transaction([new(first, ConditionKind.WrittenAt, revision)], write, read),
            < 50 when _known.TryGetValue(second, out var revision) =>
                Requests.Transaction([new(second, ConditionKind.WrittenAt, revision)], write),
            < 54 when _values.TryGetValue(second, out var seen) =>
                Requests.Transaction([new(second, ConditionKind.HasValue, Value: seen)], write, read),
            < 58 => Requests.Transaction(
                [new(first, ConditionKind.Exists)],
                    [new(OperationKind.Delete, first), new(OperationKind.Delete, second)], write),
            < 75 => Requests.Transaction([], read),
            < 85 => Requests.All(KeyNames.PairPrefix),
            _ => Requests.Page(KeyNames.PairPrefix, 100, World.Recorder.NextListing(), cursor: null),
        };
    }
}
