using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;
using Kv.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ScanRoundsTests
{
    private const int Pause = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Tenant Us = new("us", "app");
    private static readonly Tenant Others = new("others", "app");

    private FakeTimeProvider Time { get; } = new();

    private ScanRounds Rounds => field ??= new ScanRounds(Pause, Time);

    [Test]
    public async Task Scans_that_wait_begin_together_after_a_pause_of_a_multiple_of_the_round()
    {
        await Enter(Us);
        Task[] next = [Enter(Us), Enter(Others)];
        Time.Advance(TimeSpan.FromMilliseconds(50));
        Rounds.Leave();

        Time.Advance(TimeSpan.FromMilliseconds(Pause * 50 - 1));
        Assert.That(next.Select(scan => scan.IsCompleted), Is.All.False);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(next);
    }

    [Test]
    public async Task After_a_slow_round_the_pause_is_a_second()
    {
        await Enter(Us);
        var next = Enter(Us);
        Time.Advance(TimeSpan.FromSeconds(3));
        Rounds.Leave();
        Time.Advance(TimeSpan.FromSeconds(1));
        await next;
    }

    [Test]
    public async Task A_round_waits_for_its_last_scan()
    {
        await Enter(Us);
        Task[] next = [Enter(Us), Enter(Us)];
        Rounds.Leave();
        await Task.WhenAll(next);
        var later = Enter(Others);

        Rounds.Leave();
        Assert.That(later.IsCompleted, Is.False);
        Rounds.Leave();
        await later;
    }

    [Test]
    public async Task A_tenant_with_many_scans_leaves_room_for_another_tenant()
    {
        await Enter(Us);
        var many = Enumerable.Range(0, 100).Select(_ => Enter(Us)).ToArray();
        var other = Enter(Others);
        Rounds.Leave();

        await other;
        await Eventually.Holds(
            () => many.Count(scan => scan.IsCompleted) == ScanRounds.MaxOfTenant, "as many begin as a tenant may have");
    }

    [Test]
    public async Task A_round_has_a_limit_for_all_tenants_together()
    {
        await Enter(Us);
        var many = Enumerable.Range(0, 100).Select(number => Enter(new Tenant("space", $"app{number}"))).ToArray();
        Rounds.Leave();

        await Eventually.Holds(
            () => many.Count(scan => scan.IsCompleted) == ScanRounds.MaxAtOnce, "as many begin as a round has");
        Assert.That(many.Take(ScanRounds.MaxAtOnce).Select(scan => scan.IsCompleted), Is.All.True, "first come");
    }

    [Test]
    public async Task A_scan_that_waits_too_long_gives_up_and_leaves_no_gap()
    {
        await Enter(Us);
        var impatient = Enter(Others);
        Time.Advance(Patience);
        Assert.That(() => impatient, Throws.TypeOf<TimeoutException>());

        Rounds.Leave();
        var next = Rounds.Enter(Us, Timeout.InfiniteTimeSpan, CancellationToken.None);
        Time.Advance(Pause * Patience);
        await next;
        Rounds.Leave();
        await Enter(Others);
    }

    private Task Enter(Tenant tenant) =>
        Rounds.Enter(tenant, Patience, CancellationToken.None);
}
