using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>Waiting for the writer: limited in number and in time, and cancellable.</summary>
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
    public void Waiting_writes_are_taken_together_in_order()
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
    public void Large_writes_leave_two_thirds_of_the_time_to_small_ones()
    {
        PendingCommit[] large = [Enqueue(bytes: 1024 * 1024), Enqueue(bytes: 1024 * 1024), Enqueue(bytes: 1024 * 1024)];
        PendingCommit[] small = [Enqueue(), Enqueue()];

        Assert.That(Next(), Is.EqualTo(new[] { large[0] }));
        Assert.That(Next(), Is.EqualTo(small));
        _clock.Advance(TimeSpan.FromMilliseconds(18));
        var later = Enqueue();
        Assert.That(Next(), Is.EqualTo(new[] { later }), "the pause is twice as long as the large write took");
        // Its keys make the write a little larger than 1 MiB, and its pause longer.
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(Next(), Is.EqualTo(new[] { large[1] }));
    }

    [Test]
    public void Large_writes_alone_do_not_pause()
    {
        PendingCommit[] large = [Enqueue(bytes: 1024 * 1024), Enqueue(bytes: 1024 * 1024)];

        Assert.That(Next(), Is.EqualTo(new[] { large[0] }));
        Assert.That(Next(), Is.EqualTo(new[] { large[1] }));
    }

    // A write takes 10 ms if it is large, and 1 ms if it is small.
    private PendingCommit[] Next()
    {
        var taken = _queue.Take().ToArray();
        _clock.Advance(TimeSpan.FromMilliseconds(taken.Any(write => write.Bytes > 1024) ? 10 : 1));
        _queue.Done();
        return taken;
    }

    [Test]
    public void A_write_that_waits_too_long_fails_and_is_not_applied()
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
    public void Writes_after_an_idle_time_have_their_full_timeout()
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
    public async Task A_write_that_is_cancelled_while_it_waits_is_not_applied()
    {
        using var patience = new CancellationTokenSource();
        var given = Enqueue(patience.Token);
        var kept = Enqueue();

        await patience.CancelAsync();

        Assert.That(given.Task.IsCanceled, Is.True);
        Assert.That(_queue.Take().ToArray(), Is.EqualTo(new[] { kept }));
    }

    [Test]
    public void A_full_queue_refuses_writes_until_there_is_room()
    {
        var waiting = Enumerable.Range(0, 10_000).Select(_ => Enqueue()).ToList();

        Assert.That(MayBeWritten(Enqueue()), Is.False);
        Assert.That(waiting.Select(pending => pending.Task.IsCompleted), Has.All.False);

        _queue.Take();
        Assert.That(Enqueue().Task.IsCompleted, Is.False);
    }

    [Test]
    public void Many_bytes_fill_it_too_but_a_single_large_write_is_accepted()
    {
        Assert.That(Enqueue(bytes: 65 * 1024 * 1024).Task.IsCompleted, Is.False);
        Assert.That(Enqueue(bytes: 1).Task.IsFaulted, Is.True);
    }

    [Test]
    public void A_closed_queue_hands_out_waiting_writes_and_accepts_no_more()
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
    public async Task A_sleeping_writer_wakes_for_each_write()
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

    private PendingCommit Enqueue(CancellationToken cancellationToken) =>
        Enqueue(bytes: 0, cancellationToken);

    private PendingCommit Enqueue(int bytes = 0, CancellationToken cancellationToken = default)
    {
        var transaction = Transaction.Unconditional(new Operation.Put(default, new byte[bytes]));
        var pending = new PendingCommit(transaction, _clock.GetTimestamp(), cancellationToken);
        _queue.Enqueue(pending);
        return pending;
    }
}
