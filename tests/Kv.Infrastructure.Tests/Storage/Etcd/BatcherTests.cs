using System.Diagnostics;
using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>The batching itself, without etcd: every waiting request is sent.</summary>
internal sealed class BatcherTests
{
    private const int Callers = 32;
    private const int Rounds = 30_000;

    [Test]
    [CancelAfter(60_000)]
    public async Task Every_request_of_many_racing_callers_is_sent(CancellationToken cancellationToken)
    {
        // Each caller waits for its own answer, so a lost wake-up leaves the queue full and all callers waiting.
        var batcher = new CountingBatcher();
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++)
                await batcher.Add().WaitAsync(cancellationToken);
        }));

        await Task.WhenAll(callers);

        Assert.That(batcher.Sent, Is.EqualTo(Callers * Rounds));
        Assert.That(batcher.MostAtOnce, Is.LessThanOrEqualTo(CountingBatcher.MaxInFlight));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_batch_that_fails_fails_its_requests_and_no_others(CancellationToken cancellationToken)
    {
        var batcher = new CountingBatcher { FailsNext = true };
        Assert.That(() => batcher.Add().WaitAsync(cancellationToken), Throws.InvalidOperationException);
        Assert.That(await batcher.Add().WaitAsync(cancellationToken), Is.True);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_request_that_did_not_fit_goes_before_later_requests(CancellationToken cancellationToken)
    {
        // Four requests fit a batch, a large one only an empty batch. The first few have calls of their own.
        var batcher = new CountingBatcher();
        var held = batcher.Hold();
        var early = Enumerable.Range(0, CountingBatcher.MaxInFlight + 1).Select(_ => batcher.Add()).ToList();
        early.AddRange([batcher.Add(), batcher.Add(isLarge: true)]);
        var late = Enumerable.Range(0, 40).Select(_ => batcher.Add()).ToArray();

        held.SetResult();
        await Task.WhenAll([.. early, .. late]).WaitAsync(cancellationToken);

        Assert.That(batcher.LargeSentAfter, Is.LessThan(20), "requests that were sent before the large one");
    }

    private sealed class Pending() : TaskCompletionSource<bool>(
        TaskCreationOptions.RunContinuationsAsynchronously), IPending
    {
        public long ArrivedAt { get; } = TimeProvider.System.GetTimestamp();

        public Activity? Caller => null;

        public bool IsLarge { get; init; }
    }

    private sealed class CountingBatcher() : Batcher<Pending>(Full, TimeProvider.System, TimeSpan.FromMinutes(1))
    {
        public const int Full = 4;

        private int _now;
        private int _most;
        private int _sent;

        public bool FailsNext { get; set; }

        public int Sent => _sent;

        public int MostAtOnce => _most;

        public int LargeSentAfter { get; private set; } = int.MaxValue;

        private Task _gate = Task.CompletedTask;

        /// <summary>Holds back all later calls until the result is set.</summary>
        public TaskCompletionSource Hold()
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _gate = gate.Task;
            return gate;
        }

        public Task<bool> Add(bool isLarge = false)
        {
            var pending = new Pending { IsLarge = isLarge };
            Enqueue(pending);
            return pending.Task;
        }

        protected override IBatch NewBatch() => new Batch(this);

        private sealed class Batch(CountingBatcher owner) : IBatch
        {
            private readonly List<Pending> _pending = [];

            public IEnumerable<Pending> Requests => _pending;

            public Fit TryAdd(Pending pending)
            {
                if (_pending.Count == Full || (pending.IsLarge && _pending.Count > 0))
                    return Fit.Full;
                _pending.Add(pending);
                return Fit.Taken;
            }

            public async Task Send()
            {
                var now = Interlocked.Increment(ref owner._now);
                InterlockedMax(ref owner._most, now);
                await Task.Yield();
                await owner._gate;
                if (_pending.Any(pending => pending.IsLarge))
                    owner.LargeSentAfter = owner._sent;
                Interlocked.Decrement(ref owner._now);
                if (owner.FailsNext)
                {
                    owner.FailsNext = false;
                    throw new InvalidOperationException("as told");
                }
                Interlocked.Add(ref owner._sent, _pending.Count);
                foreach (var pending in _pending)
                    pending.TrySetResult(true);
            }

            private static void InterlockedMax(ref int target, int value)
            {
                for (var seen = Volatile.Read(ref target); value > seen;)
                    seen = Interlocked.CompareExchange(ref target, value, seen);
            }
        }
    }
}
