using AutoMapper;
using Kv.Application.KeyValues;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Moq;

namespace Kv.Application.Tests.KeyValues;

/// <summary>The order in which a wait opens its watch and reads, so that it misses no change.</summary>
internal sealed class WaitForKeyValueTests
{
    private static readonly Tenant Tenant = new Tenant("space", "app");
    private static readonly KeyDeleted Change = new(Tenant, Key.Parse("key"), 8, 0, DeletionReason.Deleted);
    private static readonly WaitForKeyValue Request = new(
        "space", "app", "key", KnownRevision: 7, Seconds: 30, default);

    private readonly Mock<IKeyValueRepository> _keyValues = new(MockBehavior.Strict);
    private readonly Mock<IKeyChangeFeed> _feed = new(MockBehavior.Strict);
    private readonly Mock<IKeyChangeWatch> _watch = new();
    private readonly List<string> _done = [];
    private readonly Queue<KeyValue?> _states = [];
    private readonly Queue<KeyChangeSet?> _seen = [];

    [SetUp]
    public void Prepare()
    {
        foreach (var mock in new Mock[] { _keyValues, _feed, _watch })
            mock.Reset();
        foreach (var list in new[] { _states.Count, _seen.Count })
            Assert.That(list, Is.Zero);
        _done.Clear();
        _keyValues
            .Setup(it => it.Get(Tenant, Key.Parse("key"), It.IsAny<ReadOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((Tenant _, Key _, ReadOptions options, CancellationToken _) =>
            {
                _done.Add(options.Consistency == ReadConsistency.Serializable ? "read, stale maybe" : "read");
                return new KeyValueRead(_states.Dequeue(), 9);
            });
        _feed
            .Setup(it => it.Open(Tenant, KeyPattern.Parse("key"), null, It.IsAny<CancellationToken>()))
            .ReturnsAsync(_watch.Object)
            .Callback(() => _done.Add("open"));
        _watch
            .Setup(it => it.Next(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => _seen.Dequeue())
            .Callback(() => _done.Add("wait"));
        _watch.Setup(it => it.DisposeAsync()).Callback(() => _done.Add("close")).Returns(ValueTask.CompletedTask);
    }

    [Test]
    public async Task A_reader_with_an_outdated_ETag_is_answered_immediately()
    {
        _states.Enqueue(Requests.Stored());

        var found = await Handle(Request with { KnownRevision = 3 });

        Assert.That(found.KeyValue!.Revision, Is.EqualTo(7));
        Assert.That(_done, Is.EqualTo(new[] { "read" }));
    }

    [Test]
    public async Task It_reads_again_when_its_watch_is_open_and_after_each_change()
    {
        _states.Enqueue(Requests.Stored());
        _states.Enqueue(Requests.Stored());
        _states.Enqueue(null);
        _seen.Enqueue(new KeyChangeSet(8, [Change]));

        var found = await Handle(Request with { Options = new ReadOptions(ReadConsistency.Serializable) });

        Assert.That(found, Is.EqualTo(new ReadResult(null, 9)));
        Assert.That(_done, Is.EqualTo(new[] { "read, stale maybe", "open", "read", "wait", "read", "close" }));
    }

    [Test]
    public async Task A_change_before_its_watch_is_open_is_seen()
    {
        _states.Enqueue(Requests.Stored());
        _states.Enqueue(null);

        Assert.That((await Handle(Request)).KeyValue, Is.Null);
        Assert.That(_done, Is.EqualTo(new[] { "read", "open", "read", "close" }));
    }

    [Test]
    public async Task When_the_wait_or_the_watch_ends_the_present_state_is_returned([Values] bool isOver)
    {
        _states.Enqueue(Requests.Stored());
        _states.Enqueue(Requests.Stored());
        _seen.Enqueue(isOver ? null : new KeyChangeSet(9, []));

        Assert.That((await Handle(Request)).KeyValue!.Revision, Is.EqualTo(7));
        Assert.That(_done, Is.EqualTo(new[] { "read", "open", "read", "wait", "close" }));
    }

    [Test]
    public async Task A_watch_that_the_store_cannot_continue_ends_the_wait_with_the_present_state()
    {
        _states.Enqueue(Requests.Stored());
        _states.Enqueue(Requests.Stored());
        _states.Enqueue(null);
        _watch
            .Setup(it => it.Next(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RevisionCompactedException(100));

        Assert.That((await Handle(Request)).KeyValue, Is.Null);
        Assert.That(_done, Is.EqualTo(new[] { "read", "open", "read", "close", "read" }));
    }

    [TestCase(-1, 0, "Wait must be between 0 and 60 seconds")]
    [TestCase(0, 0, null)]
    [TestCase(60, 0, null)]
    [TestCase(61, 0, "Wait must be between 0 and 60 seconds")]
    [TestCase(1_000_000, 0, "Wait must be between 0 and 60 seconds")]
    [TestCase(1, 5, "Revision and wait must not be given together: the past does not change")]
    public void Its_shape_is_checked(long seconds, long revision, string? error)
    {
        var result = new WaitForKeyValueValidator(new Limits()).Validate(
            Request with { Seconds = seconds, Options = new ReadOptions(AtRevision: revision) });

        Assert.That(
            result.Errors.Select(failure => failure.ErrorMessage), Is.EqualTo(error is null ? [] : new[] { error }));
    }

    private Task<ReadResult> Handle(WaitForKeyValue request) =>
        new WaitForKeyValueHandler(
            _keyValues.Object, _feed.Object, TimeProvider.System, new Mapper(TestMaps.All))
            .Handle(request, CancellationToken.None);
}
