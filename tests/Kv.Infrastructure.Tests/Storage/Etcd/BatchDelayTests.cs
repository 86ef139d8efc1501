using Kv.Infrastructure.Storage.Etcd;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>When a call waits for those whom the last one answered.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GatheringTests
{
    private const int Full = 100;

    private static readonly TimeSpan Short = TimeSpan.FromMicroseconds(400);

    private readonly FakeTimeProvider _time = new();
    private readonly BatchDelay _gathering;

    public GatheringTests() => _gathering = new BatchDelay(_time);

    [TestCase(BatchDelay.MinRequests - 2, 1, Description = "few share little")]
    [TestCase(20, 0, Description = "nobody waits")]
    [TestCase(2, 20, Description = "nearly all wait by now")]
    [TestCase(200, Full, Description = "it is full")]
    public void There_is_none_where_it_is_worth_nothing(int answered, int waiting)
    {
        Assert.That(_gathering.Begin(answered, waiting, Full, Short), Is.False);
        Assert.That(_gathering.IsOn(waiting), Is.False);
    }

    [Test]
    public void It_is_over_when_nearly_all_are_there_or_a_full_call()
    {
        Assert.That(_gathering.Begin(16, 16, Full, Short));
        Assert.That((_gathering.IsOn(27), _gathering.IsOn(28)), Is.EqualTo((true, false)));
        _gathering.End(28);

        Assert.That(_gathering.Begin(100, 60, Full, Short));
        Assert.That((_gathering.IsOn(Full - 1), _gathering.IsOn(Full)), Is.EqualTo((true, false)));
    }

    [Test]
    public void It_lasts_no_longer_than_the_call_before_nor_than_is_bearable()
    {
        _gathering.Begin(16, 16, Full, Short);
        _time.Advance(Short);
        Assert.That(_gathering.IsOn(16), Is.False);
        _gathering.End(28);

        _gathering.Begin(16, 16, Full, TimeSpan.FromSeconds(1));
        Assert.That(_gathering.IsOn(16));
        _time.Advance(BatchDelay.MaxWait);
        Assert.That(_gathering.IsOn(16), Is.False);
    }

    [Test]
    public void After_one_in_vain_ever_more_are_left_out_until_one_is_worth_it()
    {
        Assert.That(LeftOutAfter(reached: 20), Is.EqualTo(1));
        Assert.That(LeftOutAfter(reached: 20), Is.EqualTo(3));
        Assert.That(LeftOutAfter(reached: 20), Is.EqualTo(7));
        Assert.That(LeftOutAfter(reached: 28), Is.Zero);
        Assert.That(LeftOutAfter(reached: 20), Is.EqualTo(1));
    }

    private int LeftOutAfter(int reached)
    {
        if (!_gathering.IsOn(0))
            Assert.That(_gathering.Begin(16, 16, Full, Short));
        _gathering.End(reached);
        var leftOut = 0;
        while (!_gathering.Begin(16, 16, Full, Short))
            leftOut++;
        return leftOut;
    }
}
