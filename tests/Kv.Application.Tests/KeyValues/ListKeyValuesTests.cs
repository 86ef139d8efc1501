using AutoMapper;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Moq;

namespace Kv.Application.Tests.KeyValues;

internal sealed class ListKeyValuesTests
{
    [Test]
    public async Task A_listing_is_read_while_it_is_enumerated()
    {
        var source = new Source("a", "b", "c");
        var listing = (await Handle(source))!;
        Assert.That(source.Given, Is.EqualTo(1), "the first is read to know that there is one");

        await using var enumerator = listing.GetAsyncEnumerator();
        await enumerator.MoveNextAsync();
        Assert.That(source.Given, Is.EqualTo(1));
        await enumerator.MoveNextAsync();

        Assert.That(enumerator.Current.Key, Is.EqualTo("b"));
        Assert.That(source.Given, Is.EqualTo(2));
    }

    [Test]
    public async Task A_listing_returns_every_key_in_order_and_disposes_of_its_source()
    {
        var source = new Source("a", "b", "c");
        var keys = new List<string>();

        await foreach (var found in (await Handle(source))!)
            keys.Add(found.Key);

        Assert.That(keys, Is.EqualTo(["a", "b", "c"]));
        Assert.That(source.IsDisposed, Is.True);
    }

    [Test]
    public async Task Leaving_a_listing_early_disposes_of_its_source()
    {
        var source = new Source("a", "b", "c");

        await foreach (var found in (await Handle(source))!)
            break;

        Assert.That(source.IsDisposed, Is.True);
        Assert.That(source.Given, Is.EqualTo(1));
    }

    [Test]
    public async Task No_keys_are_null_and_the_source_is_disposed_of()
    {
        var source = new Source();

        Assert.That(await Handle(source), Is.Null);
        Assert.That(source.IsDisposed, Is.True);
    }

    [Test]
    public void A_store_that_fails_at_once_fails_the_request_and_not_the_listing()
    {
        var source = new Source("a") { Failure = new InvalidOperationException("away") };

        Assert.That(() => Handle(source), Throws.InvalidOperationException.With.Message.EqualTo("away"));
        Assert.That(source.IsDisposed, Is.True);
    }

    [Test]
    public async Task A_listing_ends_when_its_caller_gives_up()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new Source("a", "b");
        await using var enumerator = (await Handle(source))!.GetAsyncEnumerator(cancellation.Token);
        await enumerator.MoveNextAsync();

        await cancellation.CancelAsync();

        Assert.That(async () => await enumerator.MoveNextAsync(), Throws.InstanceOf<OperationCanceledException>());
    }

    private static async Task<IAsyncEnumerable<KeyValueDto>?> Handle(Source source)
    {
        var repository = new Mock<IKeyValueListings>(MockBehavior.Strict);
        repository
            .Setup(
                keyValues => keyValues.List(new Tenant("space", "app"), "prefix", false, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueListing(9, source));
        var sequence = await new ListKeyValuesHandler(repository.Object, new Mapper(TestMaps.All))
            .Handle(Requests.List, CancellationToken.None);
        Assert.That(sequence.Revision, Is.EqualTo(9));
        return sequence.KeyValues;
    }

    /// <summary>The listing of a repository, which counts its reads.</summary>
    private sealed class Source(params string[] keys) : IAsyncEnumerable<KeyValue>, IAsyncEnumerator<KeyValue>
    {
        public Exception? Failure { get; init; }

        public int Given { get; private set; }

        public bool IsDisposed { get; private set; }

        public KeyValue Current => Requests.Stored(keys[Given - 1]);

        public IAsyncEnumerator<KeyValue> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync()
        {
            if (Failure is not null)
                return ValueTask.FromException<bool>(Failure);
            if (Given == keys.Length)
                return ValueTask.FromResult(false);
            Given++;
            return ValueTask.FromResult(true);
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
