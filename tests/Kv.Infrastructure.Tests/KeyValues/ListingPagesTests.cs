using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.KeyValues;

/// <summary>How a listing asks for its pages.</summary>
internal sealed class ListingPagesTests
{
    [Test]
    public async Task Pages_grow_while_they_come_back_full() =>
        Assert.That(await LimitsAsked(200, new PagedStore(total: 200)), Is.EqualTo([8, 16, 32, 64, 128]));

    [Test]
    public async Task Pages_of_small_values_grow_far() => Assert.That(
        await LimitsAsked(10_000, new PagedStore(total: 10_000)),
        Is.EqualTo([8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4096]));

    [Test]
    public async Task Pages_of_larger_values_grow_less_far() => Assert.That(
        await LimitsAsked(4_000, new PagedStore(total: 4_000, valueBytes: 2_000)),
        Is.EqualTo([8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]));

    [Test]
    public async Task Pages_stop_growing_where_values_are_too_large_for_more() =>
        Assert.That(
            await LimitsAsked(200, new PagedStore(total: 200, largest: 40)), Is.EqualTo([8, 16, 32, 64, 40, 40, 40]));

    [Test]
    public async Task Pages_keep_growing_when_expired_keys_are_skipped() =>
        Assert.That(await LimitsAsked(200, new PagedStore(total: 201, expired: 3)), Is.EqualTo([8, 16, 32, 64, 128]));

    [Test]
    public async Task Every_page_after_the_first_is_read_at_the_firsts_revision()
    {
        var store = new PagedStore(total: 200);

        await LimitsAsked(200, store);

        Assert.That(store.Asked.Select(query => query.Revision), Is.EqualTo([0, 7, 7, 7, 7]));
    }

    [Test]
    public async Task Many_small_folders_take_few_reads()
    {
        // Folders of ten keys each.
        var store = new PagedStore(total: 1000);
        var listings = new KeyValueListings(store, new KeyLayout(new StoreOptions()), TimeProvider.System);
        var query = new KeyValueQuery { Delimiter = "-", Limit = 90, Fields = KeyFields.Key };

        var page = await listings.Page(new Tenant("space", "app"), query, CancellationToken.None);

        Assert.That(page.Prefixes, Has.Count.EqualTo(90));
        Assert.That(store.Asked, Has.Count.LessThan(15));
    }

    [Test]
    public async Task The_first_page_of_a_search_ends_soon_after_a_key_is_found()
    {
        var clock = new FakeTimeProvider();
        var store = new PagedStore(total: 1000, largest: 8)
        {
            Before = (_, _) =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(30));
                return Task.CompletedTask;
            },
        };
        var listings = new KeyValueListings(store, new KeyLayout(new StoreOptions()), clock);
        var query = new KeyValueQuery { Contains = "-", Limit = 1000, Fields = KeyFields.Key };
        var tenant = new Tenant("space", "app");

        var first = await listings.Page(tenant, query, CancellationToken.None);
        Assert.That(store.Calls, Is.EqualTo(2), "it ends after 50 ms");
        await listings.Page(tenant, query with { From = first.Next }, CancellationToken.None);

        Assert.That(store.Calls, Is.EqualTo(2 + 7), "further pages end after 200 ms");
    }

    private static async Task<IEnumerable<int>> LimitsAsked(int keys, PagedStore store)
    {
        var listings = new KeyValueListings(store, new KeyLayout(new StoreOptions()), TimeProvider.System);
        var count = 0;
        await foreach (var _ in (await listings.List(
            new Tenant("space", "app"), "", false, CancellationToken.None)).KeyValues)
            count++;
        Assert.That(count, Is.EqualTo(keys));
        return store.Asked.Select(query => query.Limit);
    }
}
