using Kv.Infrastructure.Dispatching.Lanes;
using Kv.Infrastructure.Tests.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Dispatching.Lanes;

/// <summary>The clock by which deliveries wait.</summary>
internal sealed class SteadyClockTests
{
    [TestCase(-3600)]
    [TestCase(3600)]
    public void It_is_unaffected_by_a_change_of_the_clock(int seconds)
    {
        var steady = new FakeTimeProvider();
        var time = new SteppedTime(steady);
        var start = time.GetUtcNow();
        var clock = new SteadyClock(time);

        steady.Advance(TimeSpan.FromSeconds(5));
        time.Step(TimeSpan.FromSeconds(seconds));
        steady.Advance(TimeSpan.FromSeconds(5));

        Assert.That(clock.Now, Is.EqualTo(start.AddSeconds(10)));
    }
}
