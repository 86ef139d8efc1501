using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Infrastructure.KeyValues;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.KeyValues;

/// <summary>The page that is read while the one before it is used.</summary>
internal sealed class PageAheadTests
{
    // How many keys of a listing have been taken with the first key of its page 2, 3 and 4.
    private const int InSecond = 9;
    private const int InThird = 25;
    private const int InFourth = 57;

    [Test]
    public async Task It_is_read_while_the_page_before_it_is_used()
    {
        var store = new PagedStore(total: 200);
        await using var keys = await Keys(store);

        await Take(keys, InSecond);

        await Eventually.Holds(() => store.Calls == 3, "the third page is requested");
    }

    [Test]
    public async Task A_reader_that_takes_nothing_of_the_second_page_has_no_page_read_ahead()
    {
        var store = new PagedStore(total: 200);
        await using var keys = await Keys(store);

        await Take(keys, InSecond - 1);

        Assert.That(store.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_reader_that_stops_has_only_one_page_read_ahead()
    {
        var store = new PagedStore(total: 200);
        await using (var keys = await Keys(store))
        {
            await Take(keys, InFourth - 1);
            await Eventually.Holds(() => store.Calls == 4, "the fourth page is requested");
        }

        Assert.That(store.Calls, Is.EqualTo(4));
    }

    [Test]
    public async Task A_large_page_is_not_read_ahead()
    {
        var store = new PagedStore(total: 200, valueBytes: 50_000);
        await using (var keys = await Keys(store))
            await Take(keys, InSecond);

        Assert.That(store.Calls, Is.EqualTo(2), "32 values of 50 000 bytes wait for their turn");
    }

    [Test]
    public async Task Its_error_is_thrown_when_its_page_is_taken()
    {
        var store = new PagedStore(total: 200)
        {
            Before = (number, _) => number == 3 ? throw new StoreUnavailableException("away") : Task.CompletedTask,
        };
        await using var keys = await Keys(store);

        await Take(keys, InSecond);
        await Eventually.Holds(() => store.Calls == 3, "the third page has failed");
        await Take(keys, InThird - 1 - InSecond);

        Assert.That(async () => await keys.MoveNextAsync(), Throws.InstanceOf<StoreUnavailableException>());
    }

    [Test]
    public async Task Closing_the_listing_ends_the_read()
    {
        var ended = new TaskCompletionSource();
        var store = new PagedStore(total: 200) { Before = HangingFrom(3, ended) };
        await using (var keys = await Keys(store))
        {
            await Take(keys, InSecond);
            await Eventually.Holds(() => store.Calls == 3, "the third page is being read");
        }

        Assert.That(ended.Task.IsCompleted, Is.True, "the disposal waits for it");
    }

    [Test]
    public async Task Cancelling_the_request_ends_the_read()
    {
        using var request = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        var store = new PagedStore(total: 200) { Before = HangingFrom(3, ended) };
        await using var keys = await Keys(store, request.Token);
        await Take(keys, InThird - 1);

        var next = keys.MoveNextAsync().AsTask();
        await request.CancelAsync();

        Assert.That(() => next, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ended.Task.IsCompleted, Is.True);
    }

    private static Func<int, CancellationToken, Task> HangingFrom(int page, TaskCompletionSource ended) =>
        async (number, cancellationToken) =>
    {
        if (number < page)
            return;
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            ended.SetResult();
        }
    };

    private static async Task<IAsyncEnumerator<KeyValue>> Keys(
        PagedStore store, CancellationToken cancellationToken = default)
    {
        var listings = new KeyValueListings(store, new KeyLayout(new StoreOptions()), TimeProvider.System);
        var listing = await listings.List(new Tenant("space", "app"), "", withContentTypes: false, cancellationToken);
        return listing.KeyValues.GetAsyncEnumerator(cancellationToken);
    }

    private static async Task Take(IAsyncEnumerator<KeyValue> keys, int count)
    {
        for (var taken = 0; taken < count; taken++)
            Assert.That(await keys.MoveNextAsync(), Is.True);
    }
}
