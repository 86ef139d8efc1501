namespace Kv.FaultTests.Clients;

/// <summary>Reads all registers of a replica at once, so that its reads share calls of the store.</summary>
internal sealed class TogetherClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    protected override Task Step()
    {
        var replica = AnyReplica();
        return Task.WhenAll(KeyNames.Registers.Select(
            key => Send(replica, Random.Next(4) == 0 ? Requests.GetRaw(key) : Requests.Get(key))));
    }
}
