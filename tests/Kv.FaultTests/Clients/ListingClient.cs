using System.Text.Json;

namespace Kv.FaultTests.Clients;

/// <summary>Lists keys in pages and at once, counts, exports and imports them.</summary>
internal sealed class ListingClient(string name, World world, Random random, string tenant) : Client(
    name, world, random, tenant)
{
    private long? _revision;

    protected override async Task Step()
    {
        var prefix = Pick(["", KeyNames.RegisterPrefix, KeyNames.PairPrefix]);
        switch (Random.Next(6))
        {
            case 0 or 1:
                await Pages(prefix, Random.Next(1, 6));
                break;
            case 2:
                await Send(Requests.All(prefix));
                break;
            case 3:
                await Send(Requests.Count(prefix));
                break;
            case 4:
                await Send(Requests.Export(prefix));
                break;
            default:
                await Send(Requests.Import(
                    [.. KeyNames.Imported.Select(
                        key => new History.KeyOperation(History.OperationKind.Set, key, NewValue()))],
                    skipsExisting: Random.Next(3) == 0));
                break;
        }
    }

    // Each page from any replica; some listings may be stale, and some of those no staler than the last one.
    private async Task Pages(string prefix, int limit)
    {
        var listing = World.Recorder.NextListing();
        var isSerializable = Random.Next(3) == 0;
        long? least = isSerializable && Random.Next(2) == 0 ? _revision : null;
        string? cursor = null;
        do
        {
            var (call, body) = await SendAndRead(Requests.Page(prefix, limit, listing, cursor) with
            {
                IsSerializable = isSerializable,
                MinRevision = least,
            });
            _revision = call.Answer?.Revision ?? _revision;
            if (call.Answer is not { Status: 200, HasMore: true })
                return;
            using var page = JsonDocument.Parse(body);
            cursor = page.RootElement.GetProperty("cursor").GetString();
        }
        while (cursor is not null);
    }
}
