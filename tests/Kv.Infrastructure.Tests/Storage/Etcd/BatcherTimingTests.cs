using System.Diagnostics;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>When the batcher sends a call, and which requests the call includes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BatcherTimingTests
{
    private const int Full = 10;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Calls _calls;

    public BatcherTimingTests() => _calls = new Calls(_time);

    [Test]
    public void Each_request_of_few_callers_is_sent_at_once()
    {
        Ask(2);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1]));

        _calls.Answer(1);
        Ask(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 1]));
    }

    [Test]
    public void The_requests_of_many_callers_share_the_next_call()
    {
        Ask(GroupCommit.MaxInFlight + 5);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1]));

        for (var call = 0; call < GroupCommit.MaxInFlight; call++)
            _calls.Answer(call);
        Ask(1);
        Assert.That(_calls.Sizes, Is.EqualTo([1, 1, 6]));
    }

    [Test]
    public void Requests_have_calls_of_their_own_again_when_callers_are_few_again()
    {
        Share(5);
        AnswerLater(0);
        _time.Advance(GroupCommit.MaxWait);
        Ask(2);
        Assert.That(_calls.Shared, Is.EqualTo([5, 1]));

        _calls.Answer(GroupCommit.MaxInFlight + 1);
        Ask(1);
        Assert.That(_calls.Shared, Is.EqualTo([5, 1, 1, 1]));
    }

    [Test]
    public void A_second_call_goes_beside_the_first_when_a_full_batch_waits()
    {
        Share(5);
        Ask(Full - 1);
        Assert.That(_calls.Shared, Is.EqualTo([5]));
        Ask(1);
        Assert.That(_calls.Shared, Is.EqualTo([5, Full]));

        Ask(3 * Full);
        Assert.That(_calls.Shared, Has.Count.EqualTo(2), "no third call is sent");
    }

    [Test]
    public void A_second_call_goes_beside_the_first_when_the_first_takes_long()
    {
        Share(5);
        Ask(2);
        _time.Advance(GroupCommit.LongCall - TimeSpan.FromTicks(1));
        Assert.That(_calls.Shared, Is.EqualTo([5]));

        // No further request arrives.
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(_calls.Shared, Is.EqualTo([5, 2]));

        Ask(1);
        _time.Advance(GroupCommit.LongCall);
        Assert.That(_calls.Shared, Has.Count.EqualTo(2), "no third call is sent");
    }

    [Test]
    public void The_next_call_waits_until_seven_of_eight_callers_are_back()
    {
        Share(8);
        AnswerLater(0);
        Ask(6);
        Assert.That(_calls.Shared, Is.EqualTo([8]));

        Ask(1);
        Assert.That(_calls.Shared, Is.EqualTo([8, 7]));
    }

    [Test]
    public void Requests_that_wait_already_count_as_callers()
    {
        Share(5);
        Ask(4);
        AnswerLater(0);
        Ask(3);
        Assert.That(_calls.Shared, Is.EqualTo([5]));

        Ask(1);
        Assert.That(_calls.Shared, Is.EqualTo([5, 8]));
    }

    [Test]
    public void The_wait_for_callers_is_no_longer_than_the_last_call_took_and_its_answers_take()
    {
        Share(8);
        AnswerLater(0);
        Ask(3);
        _time.Advance(Short + 8 * GroupCommit.AnswerTime - TimeSpan.FromTicks(1));
        Assert.That(_calls.Shared, Is.EqualTo([8]));

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(_calls.Shared, Is.EqualTo([8, 3]));
    }

    [Test]
    public void The_wait_for_callers_has_a_limit()
    {
        Share(8);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        _calls.Answer(GroupCommit.MaxInFlight);
        Ask(3);
        Assert.That(_calls.Shared, Is.EqualTo([8]));

        _time.Advance(GroupCommit.MaxWait);
        Assert.That(_calls.Shared, Is.EqualTo([8, 3]));
    }

    [Test]
    public void A_request_after_a_pause_is_sent_at_once()
    {
        Share(8);
        AnswerLater(0);
        _time.Advance(GroupCommit.MaxWait);

        Ask(1);
        Assert.That(_calls.Shared, Is.EqualTo([8, 1]));
    }

    [Test]
    public void A_request_that_has_waited_too_long_is_not_sent()
    {
        Share(5);
        Ask(1);
        _time.Advance(GroupCommit.LongCall);
        var late = Ask(1).Single();
        _time.Advance(Timeout);
        _calls.Answer(GroupCommit.MaxInFlight);

        Assert.That(_calls.Shared, Is.EqualTo([5, 1]));
        Assert.That(
            () => late.Task,
            Throws.TypeOf<StoreUnavailableException>()
                .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).False);
    }

    [TestCase(2, 4)]
    [TestCase(20, 40)]
    [TestCase(200, 250)]
    public void Large_calls_go_one_at_a_time_and_leave_time_to_others(int took, int pause)
    {
        var others = 0L;
        using var calls = new Calls(_time, () => others);
        calls.Ask(Ask());
        calls.Ask(Ask());
        Assert.That(calls.Sizes, Is.EqualTo([1]));

        _time.Advance(TimeSpan.FromMilliseconds(took));
        others++;
        calls.Answer(0);
        _time.Advance(TimeSpan.FromMilliseconds(pause) - TimeSpan.FromTicks(1));
        Assert.That(calls.Sizes, Is.EqualTo([1]));

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.That(calls.Sizes, Is.EqualTo([1, 1]));
    }

    [Test]
    public void Large_calls_alone_do_not_pause()
    {
        using var calls = new Calls(_time, () => 0);
        calls.Ask(Ask());
        calls.Ask(Ask());
        _time.Advance(Short);

        calls.Answer(0);

        Assert.That(calls.Sizes, Is.EqualTo([1, 1]));
    }

    // Leaves one call in flight, which that many callers share, and no request waiting.
    private void Share(int callers)
    {
        Ask(GroupCommit.MaxInFlight + callers);
        for (var call = 0; call < GroupCommit.MaxInFlight; call++)
            _calls.Answer(call);
        // The next call may wait for the callers of the first calls, which do not return.
        if (_calls.Shared.Count == 0)
            _time.Advance(TimeSpan.FromMilliseconds(1));
    }

    private void AnswerLater(int sharedCall)
    {
        _time.Advance(Short);
        _calls.Answer(GroupCommit.MaxInFlight + sharedCall);
    }

    [TearDown]
    public void Dispose() => _calls.Dispose();

    private Asked Ask() => new() { ArrivedAt = _time.GetTimestamp() };

    private List<Asked> Ask(int times)
    {
        var asked = Enumerable.Range(0, times).Select(_ => Ask()).ToList();
        asked.ForEach(_calls.Ask);
        return asked;
    }

    private sealed class Asked : TaskCompletionSource, IPending
    {
        public required long ArrivedAt { get; init; }

        public Activity? Caller => null;
    }

    /// <summary>Calls that are answered when the test says so.</summary>
    private sealed class Calls(TimeProvider time, Func<long>? others = null)
        : Batcher<Asked>(Full, time, Timeout, others)
    {
        private readonly List<Batch> _sent = [];

        /// <summary>How many were in each call, in the order of the calls.</summary>
        public List<int> Sizes => [.. _sent.Select(batch => batch.Size)];

        /// <summary>Those after the first calls, which no requests share.</summary>
        public List<int> Shared => Sizes[MaxInFlight..];

        public void Ask(Asked asked) => Enqueue(asked);

        public void Answer(int call) => _sent[call].Answered.SetResult();

        protected override IBatch NewBatch() => new Batch(this);

        private sealed class Batch(Calls owner) : IBatch
        {
            public TaskCompletionSource Answered { get; } = new();

            // No call fails in these tests.
            public IEnumerable<Asked> Requests => [];

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
        }
    }
}
