using Kv.Domain.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>When a call is made, and for whom.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BatcherTimingTests
{
    private const int Full = 10;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private Calls _calls;

    public BatcherTimingTests() => _calls = new Calls(_time, few: 1);

    [Test]
    public void Whoever_comes_first_goes_at_once_and_others_wait_for_the_next_call_together()
    {
        Ask(5);
        Assert.That(_calls.Sizes, Is.EqualTo([1]));

        _calls.Answer(0);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 4]));
    }

    [Test]
    public void Another_call_goes_beside_the_first_when_there_is_enough_for_a_full_batch()
    {
        Ask(1 + Full - 1);
        Assert.That(_calls.Sizes, Is.EqualTo([1]));
        Ask(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, Full]));

        Ask(3 * Full);
        Assert.That(_calls.Sizes, Has.Count.EqualTo(2), "and no third");
    }

    [Test]
    public void Another_call_goes_beside_the_first_when_that_takes_long()
    {
        Ask(3);
        _time.Advance(GroupCommit.LongCall - TimeSpan.FromTicks(1));
        Assert.That(_calls.Sizes, Is.EqualTo([1]));

        // Whether or not somebody else comes.
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(_calls.Sizes, Is.EqualTo([1, 2]));

        Ask(1);
        _time.Advance(GroupCommit.LongCall);
        Assert.That(_calls.Sizes, Has.Count.EqualTo(2), "and no third");
    }

    [Test]
    public void A_few_go_side_by_side_and_those_beyond_wait_for_the_next_call_together()
    {
        GoBy(few: 3);
        Ask(2);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1]));

        Ask(3);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 1]));
        _calls.Answer(0);
        Assert.That(_calls.Sizes, Has.Count.EqualTo(3), "two are under way, and two wait");

        _calls.Answer(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 1, 2]));
    }

    [Test]
    public void Who_has_come_to_share_calls_goes_on_so_until_they_are_small()
    {
        GoBy(few: 3);
        Ask(3 + 4);
        for (var call = 0; call < 3; call++)
            _calls.Answer(call);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 1, 4]));

        Ask(2);
        _calls.Answer(3);
        Ask(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 1, 4, 2]));

        _calls.Answer(4);
        Ask(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 1, 4, 2, 1, 1]), "few enough, side by side again");
    }

    [Test]
    public void A_call_waits_a_moment_for_those_whom_the_last_one_answered()
    {
        Ask(1 + 8);
        AnswerLater(0);
        Ask(9);
        AnswerLater(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 8]), "eight may come back");

        Ask(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 8, 10]));
    }

    [Test]
    public void And_no_longer_whether_or_not_they_come()
    {
        Ask(1 + 8);
        AnswerLater(0);
        Ask(9);
        AnswerLater(1);

        _time.Advance(BatchDelay.MaxWait);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 8, 9]));
    }

    [Test]
    public void What_has_waited_too_long_is_not_sent()
    {
        Ask(2);
        _time.Advance(GroupCommit.LongCall);
        var late = Ask(1).Single();
        _time.Advance(Timeout);
        _calls.Answer(0);

        Assert.That(_calls.Sizes, Is.EqualTo([1, 1]));
        Assert.That(
            () => late.Task,
            Throws.TypeOf<StoreUnavailableException>()
                .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).False);
    }

    private void GoBy(int few)
    {
        _calls.Dispose();
        _calls = new Calls(_time, few);
    }

    private void AnswerLater(int call)
    {
        _time.Advance(BatchDelay.MaxWait);
        _calls.Answer(call);
    }

    [TearDown]
    public void Dispose() => _calls.Dispose();

    private List<Asked> Ask(int times)
    {
        var asked = Enumerable.Range(0, times).Select(_ => new Asked { ArrivedAt = _time.GetTimestamp() }).ToList();
        asked.ForEach(_calls.Ask);
        return asked;
    }

    private sealed class Asked : TaskCompletionSource, IPending
    {
        public required long ArrivedAt { get; init; }
    }

    /// <summary>Calls that are answered when the test says so.</summary>
    private sealed class Calls(TimeProvider time, int few) : Batcher<Asked>(Full, time, Timeout, few)
    {
        private readonly List<Batch> _sent = [];

        /// <summary>How many were in each call, in the order of the calls.</summary>
        public List<int> Sizes => [.. _sent.Select(batch => batch.Size)];

        public void Ask(Asked asked) => Enqueue(asked);

        public void Answer(int call) => _sent[call].Answered.SetResult();

        protected override IBatch NewBatch() => new Batch(this);

        private sealed class Batch(Calls owner) : IBatch
        {
            public TaskCompletionSource Answered { get; } = new();

            public int Size { get; private set; }

            public Fit TryAdd(Asked pending)
            {
                if (Size == Full)
                    return Fit.Full;
                Size++;
                return Fit.Taken;
            }

            public Task Send()
            {
                owner._sent.Add(this);
                return Answered.Task;
            }

            public void Fail(Exception error)
            {
                // The tests let none fail.
            }
        }
    }
}
