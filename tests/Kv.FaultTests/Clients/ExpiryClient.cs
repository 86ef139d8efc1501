using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>Writes keys that live for a few seconds, and reads them until they are gone.</summary>
internal sealed class ExpiryClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    protected override Task Step()
    {
        var key = Pick(KeyNames.Expiring);
        return Send(Random.Next(10) switch
        {
            < 3 => Requests.Put(key, NewValue(), ttl: Random.Next(1, 5)),
            < 4 => Requests.Put(key, NewValue(), ttl: Random.Next(1, 5), condition: new(key, ConditionKind.Absent)),
            < 5 => Requests.Patch(key, Random.Next(1, 5)),
            < 6 => Requests.Delete(key),
            < 7 => Requests.All(KeyNames.ExpiringPrefix),
            _ => Requests.Get(key),
        });
    }
}
