using System.Diagnostics;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Changes;
using Kv.Infrastructure.Diagnostics;
using Kv.Infrastructure.Storage;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Kv.Infrastructure.Tests.Changes;

internal sealed class WriteTracesTests
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static readonly KeyLayout Layout = new(new StoreOptions());
    private static readonly byte[] Value = "value"u8.ToArray();

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_003));
    private ActivityListener _listener = null!;
    private Activity? _request;
    private WriteTraces _traces = null!;

    [SetUp]
    public void Trace()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_listener);
        _traces = new WriteTraces(Layout, _time);
    }

    [TearDown]
    public void Stop()
    {
        _request?.Dispose();
        _listener.Dispose();
    }

    [Test]
    public void Each_written_key_has_the_trace_of_its_request_beside_it_for_a_few_seconds()
    {
        Request(isSampled: true);

        var kept = _traces.Extend(Transaction.Unconditional(
            new Operation.Read(Key("read")), new Operation.Put(Key("put"), Value), new Operation.Delete(Key("deleted")),
            new Operation.Put(Layout.WatcherCursor, Value)));

        Assert.That(kept.Then, Has.Count.EqualTo(6), "the requested page, and the pages behind it");
        Assert.That(
            kept.Then.Skip(4).Cast<Operation.Put>()
                .Select(put => (put.Key.ToString(), Encoding.UTF8.GetString(put.Value.Span), put.Deadline)),
            Is.EqualTo(new[]
            {
                ("/kvstore/kv_traces/space/app/put", _request!.Id, (long?)1_000_020),
                ("/kvstore/kv_traces/space/app/deleted", _request.Id, 1_000_020),
            }));
    }

    [Test]
    public void A_nested_transaction_writes_its_own_traces()
    {
        Request(isSampled: true);
        var inner = new Transaction([Compare.Absent(Key("k"))], [new Operation.Put(Key("k"), Value)]);

        var kept = _traces.Extend(new Transaction([Compare.Absent(Key("record"))], [new Operation.Nested(inner)]));

        Assert.That(kept.Then, Has.Count.EqualTo(1));
        Assert.That(((Operation.Nested)kept.Then[0]).Inner.Then, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_deletion_writes_its_trace_only_if_the_key_exists()
    {
        Request(isSampled: true);
        var deletion = Transaction.Unconditional(
            new Operation.Delete(Key("k")), new Operation.Delete(StoreKey.FromText("/kvstore/content/space/app/k")));

        var kept = _traces.Extend(deletion);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                kept.Compares, Is.EqualTo(new[] { Compare.Exists(Key("k")) }),
                "on one key, which etcd judges together with its operations");
            Assert.That(kept.Then.Take(2), Is.EqualTo(deletion.Then));
            Assert.That(
                kept.Then[2], Is.InstanceOf<Operation.Put>().With.Property(nameof(Operation.Put.Key))
                    .EqualTo(Layout.Trace(Key("k"))));
            Assert.That(kept.Otherwise, Is.EqualTo(deletion.Then));
        }
    }

    [Test]
    public void Unsampled_requests_and_reads_are_unchanged()
    {
        var write = Transaction.Unconditional(new Operation.Put(Key("k"), Value));
        var read = Transaction.Unconditional(new Operation.Read(Key("k")));

        Assert.That(_traces.Extend(write), Is.SameAs(write), "no request");
        Request(isSampled: false);
        Assert.That(_traces.Extend(write), Is.SameAs(write));
        _request!.Dispose();
        Request(isSampled: true);
        Assert.That(_traces.Extend(read), Is.SameAs(read));
    }

    [TestCase(50, 100)]
    [TestCase(51, 51)]
    public void The_operations_of_a_caller_take_precedence_over_its_traces(int writes, int operations)
    {
        Request(isSampled: true);

        var kept = _traces.Extend(
            Transaction.Unconditional(
                [.. Enumerable.Range(0, writes).Select(i => new Operation.Put(Key($"{i}"), Value))]));

        Assert.That(kept.Then, Has.Count.EqualTo(operations));
    }

    [Test]
    public void A_reader_of_the_feed_finds_the_trace_at_the_revision_of_the_write()
    {
        var traces = _traces.Read(
            Changed((Key("k"), "value"), (Layout.Trace(Key("k")), Parent), (Layout.Trace(Key("bad")), "no\ntrace")));

        Assert.That(traces!.Keys, Is.EqualTo(new[] { Key("k") }));
        Assert.That(traces[Key("k")], Is.EqualTo(Parent));
        Assert.That(_traces.Read(Changed((Key("k"), "value"))), Is.Null);
    }

    [Test]
    public void Traces_are_watched_with_the_keys_and_not_without()
    {
        var trace = Layout.Trace(Key("k"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Layout.Watched.Contains(trace), Is.True);
            Assert.That(Layout.KeyValues.Contains(trace), Is.False);
            Assert.That(Layout.WatchedWithoutKeys.Contains(trace), Is.False);
            Assert.That(Layout.ReadKeyValue(trace), Is.Null);
        }
    }

    [Test]
    public async Task Without_space_a_deletion_is_done_without_its_trace()
    {
        Request(isSampled: true);
        var delete = Transaction.Unconditional(new Operation.Delete(Key("k")));
        var full = new Mock<IStore>(MockBehavior.Strict);
        full.Setup(
            store => store.Commit(
                It.Is<Transaction>(asked => asked.Operations.Any(one => one is Operation.Put)), default))
            .Throws(new StoreOutOfSpaceException("There is no room."));
        full.Setup(store => store.Commit(delete, default))
            .ReturnsAsync(new CommitResult(true, 7, [OperationResult.Written]));
        var lag = new WatchLag(Layout, Meters.Factory, _time);

        var result = await new TracedStore(full.Object, _traces, lag).Commit(delete, default);

        Assert.That(result.Revision, Is.EqualTo(7));
    }

    private static StoreKey Key(string key) => StoreKey.FromText($"/kvstore/kv/space/app/{key}");

    private static ChangeSet Changed(params (StoreKey Key, string Value)[] entries) => new(7,
        [.. entries.Select(entry => new Change(
            ChangeKind.Put, entry.Key, new Entry(entry.Key, Encoding.UTF8.GetBytes(entry.Value), 7, 7, 1, null),
            null))]);

    private void Request(bool isSampled) => _request = new Activity("request")
        .SetIdFormat(ActivityIdFormat.W3C)
        .SetParentId(isSampled ? Parent : Parent[..^1] + "0")
        .Start();
}
