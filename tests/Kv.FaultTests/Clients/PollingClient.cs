namespace Kv.FaultTests.Clients;

/// <summary>Waits for the next change of a key by long polls, each at any replica.</summary>
internal sealed class PollingClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    private string _key = KeyNames.Registers[0];
    private long _known;

    protected override async Task Step()
    {
        var call = await Send(Requests.LongPoll(_key, _known, Random.Next(1, 4)));
        _known = call.Answer switch
        {
            { Status: 200, ETag: { } revision } => revision,
            { Status: 404 } => 0,
            _ => _known,
        };
        if (Random.Next(5) > 0)
            return;
        (_key, _known) = (Pick(KeyNames.Registers), 0);
    }
}
