using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>Waiting for the writer: bounded in number and in time, and given up at will.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CommitQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly FakeTimeProvider _clock = new();
    private readonly CommitQueue _queue;

    public CommitQueueTests() => _queue = new CommitQueue(_clock, Patience);

    [TearDown]
    public void Close() => _queue.Dispose();

    [Test]
    public void What_waits_is_taken_together_in_order()
    {
        var (one, two) = (Enqueue(), Enqueue());

        Assert.That(_queue.Take().ToArray(), Is.EqualTo(new[] { one, two }));
    }

    [Test]
    public void A_batch_is_bounded_in_number()
    {
        for (var i = 0; i < 300; i++)
            Enqueue();

        Assert.That(_queue.Take().Length, Is.EqualTo(256));
        _queue.Done();
        Assert.That(_queue.Take().Length, Is.EqualTo(44));
    }

    [Test]
    public void A_batch_is_bounded_in_bytes()
    {
        for (var i = 0; i < 300; i++)
            Enqueue(bytes: 200 * 1024);

        Assert.That(_queue.Take().Length, Is.EqualTo(3));
    }

    [Test]
    public void Small_and_large_ones_take_turns()
    {
        PendingCommit[] large = [Enqueue(bytes: 1024 * 1024), Enqueue(bytes: 1024 * 1024), Enqueue(bytes: 1024 * 1024)];
        PendingCommit[] small = [Enqueue(), Enqueue()];

        Assert.That(Next(), Is.EqualTo(new[] { large[0] }));
        Assert.That(Next(), Is.EqualTo(small));
        Assert.That(Next(), Is.EqualTo(new[] { large[1] }));
        Assert.That(Next(), Is.EqualTo(new[] { large[2] }));

        PendingCommit[] Next()
        {
            var taken = _queue.Take().ToArray();
            _queue.Done();
            return taken;
        }
    }

    [Test]
    public void What_waits_too_long_fails_and_is_not_written()
    {
        var taken = Enqueue();
        _queue.Take();
        _clock.Advance(Patience / 2);
        var waiting = Enqueue();

        _clock.Advance(Patience / 2);
        Assert.That(MayBeWritten(taken), Is.True);
        Assert.That(waiting.Task.IsCompleted, Is.False);

        _clock.Advance(Patience / 2);
        Assert.That(MayBeWritten(waiting), Is.False);

        _queue.Done();
        var next = Enqueue();
        Assert.That(_queue.Take().ToArray(), Is.EqualTo(new[] { next }));
    }

    [Test]
    public void Those_that_come_after_an_idle_time_have_their_whole_time()
    {
        Enqueue();
        _queue.Take();
        _queue.Done();
        _clock.Advance(Patience * 10);

        var late = Enqueue();
        _clock.Advance(Patience - TimeSpan.FromMilliseconds(1));
        Assert.That(late.Task.IsCompleted, Is.False);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(late.Task.IsFaulted, Is.True);
    }

    [Test]
    public async Task What_is_given_up_while_it_waits_is_not_written()
    {
        using var patience = new CancellationTokenSource();
        var given = Enqueue(patience.Token);
        var kept = Enqueue();

        await patience.CancelAsync();

        Assert.That(given.Task.IsCanceled, Is.True);
        Assert.That(_queue.Take().ToArray(), Is.EqualTo(new[] { kept }));
    }

    [Test]
    public void A_full_queue_refuses_and_takes_in_again_when_there_is_room()
    {
        var waiting = Enumerable.Range(0, 10_000).Select(_ => Enqueue()).ToList();

        Assert.That(MayBeWritten(Enqueue()), Is.False);
        Assert.That(waiting.Select(pending => pending.Task.IsCompleted), Has.All.False);

        _queue.Take();
        Assert.That(Enqueue().Task.IsCompleted, Is.False);
    }

    [Test]
    public void Many_bytes_fill_it_too_but_one_alone_is_let_in()
    {
        Assert.That(Enqueue(bytes: 65 * 1024 * 1024).Task.IsCompleted, Is.False);
        Assert.That(Enqueue(bytes: 1).Task.IsFaulted, Is.True);
    }

    [Test]
    public void A_closed_queue_gives_out_what_waits_and_takes_in_no_more()
    {
        var waiting = Enqueue();

        _queue.Close();

        Assert.That(Enqueue().Task.Exception?.InnerException, Is.TypeOf<StoreUnavailableException>());
        Assert.That(_queue.Take().ToArray(), Is.EqualTo(new[] { waiting }));
        _queue.Done();
        while (!_queue.IsDrained)
            Assert.That(_queue.Take().IsEmpty, Is.True);
    }

    [Test]
    public async Task A_sleeping_writer_wakes_for_each_that_comes()
    {
        const int Callers = 4;
        const int Each = 5_000;
        var writer = Task.Factory.StartNew(
            () =>
            {
                for (; ; )
                {
                    var batch = _queue.Take();
                    if (_queue.IsDrained)
                        return;
                    foreach (var pending in batch)
                    {
                        pending.Complete(new CommitResult(true, 1, []), null);
                        pending.Acknowledge();
                    }
                    _queue.Done();
                }
            },
            TaskCreationOptions.LongRunning);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                await Enqueue().Task;
        }))).WaitAsync(TimeSpan.FromMinutes(1));

        _queue.Close();
        await writer.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static bool? MayBeWritten(PendingCommit pending) =>
        (pending.Task.Exception?.InnerException as StoreUnavailableException)?.OutcomeUnknown;

    private PendingCommit Enqueue(CancellationToken cancellationToken) => Enqueue(0, cancellationToken);

    private PendingCommit Enqueue(int bytes = 0, CancellationToken cancellationToken = default)
    {
        var transaction = Transaction.Unconditional(new Operation.Put(default, new byte[bytes]));
        var pending = new PendingCommit(transaction, null, _clock.GetTimestamp(), cancellationToken);
        _queue.Enqueue(pending);
        return pending;
    }
}
