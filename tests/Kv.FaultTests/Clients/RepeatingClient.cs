using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>
/// Sends requests under an <c>Idempotency-Key</c>, and sends them again until it knows their outcome, and
/// sometimes once more.
/// </summary>
internal sealed class RepeatingClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    private const int MostRepeats = 4;

    private int _requests;

    protected override async Task Step()
    {
        var request = Next($"{Name}-{++_requests}");
        var call = await Send(request);
        for (var repeats = 0; repeats < MostRepeats
            && (call.Outcome != CallOutcome.Ok || Random.Next(2) == 0); repeats++)
            call = await Send(request);
    }

    private CallRequest Next(string idempotencyKey)
    {
        var (key, value) = (Pick(KeyNames.Repeated), NewValue());
        return Random.Next(3) == 0
            ? Requests.Transaction([], [new(OperationKind.Set, key, value)], idempotencyKey: idempotencyKey)
            : Requests.Post(key, value, idempotencyKey: idempotencyKey);
    }
}
