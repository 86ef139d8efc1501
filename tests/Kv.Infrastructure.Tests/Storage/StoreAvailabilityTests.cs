using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Testing;
using Kv.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>What is told of a store's absence, by calls that are answered or not.</summary>
internal sealed class StoreAvailabilityTests
{
    private const string Name = "etcd at http://10.0.0.1:2379";

    private readonly FakeTimeProvider _time = new();
    private ToldLines _log = null!;
    private StoreAvailability _availability = null!;

    [SetUp]
    public void Prepare()
    {
        _log = new ToldLines();
        var options = new StoreOptions { Etcd = new EtcdOptions { Endpoints = [new Uri("http://10.0.0.1:2379")] } };
        _availability = new StoreAvailability(options, _time, _log.CreateLogger<StoreAvailability>());
    }

    [TearDown]
    public void DisposeLog() => _log.Dispose();

    [Test]
    public void It_tells_the_beginning_each_minute_and_the_end_with_the_cause_and_the_endpoint()
    {
        Fail("refused");
        for (var second = 0; second < 150; second++)
        {
            ProbeInVain("still refused");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        _availability.Answered();
        _availability.Answered();

        Assert.That(_log.Told, Is.EqualTo(new[]
        {
            $"Warning: The store is away ({Name}): still refused",
            $"Warning: The store is still away after 60 s ({Name}): still refused",
            $"Warning: The store is still away after 120 s ({Name}): still refused",
            $"Information: The store is back after 150.0 s ({Name})",
        }));
    }

    [Test]
    public void Calls_that_fail_while_others_are_answered_are_no_absence()
    {
        for (var call = 0; call < 100; call++)
        {
            var began = _time.GetTimestamp();
            Fail("one member hangs");
            _time.Advance(TimeSpan.FromSeconds(3));
            _availability.Answered();
            Fail("one member hangs");
            _availability.Confirm(began);
        }

        Assert.That(_log.Told, Is.Empty);
    }

    [Test]
    public void An_absence_that_ends_before_a_probe_has_failed_is_not_told()
    {
        Fail("refused");
        Assert.That(_availability.Missed.IsCompleted, Is.True, "the store is to be probed");
        _availability.Answered();

        Assert.That(_availability.Missed.IsCompleted, Is.False);
        Assert.That(_log.Told, Is.Empty);
    }

    [Test]
    public void A_second_absence_is_told_like_the_first()
    {
        for (var absence = 0; absence < 2; absence++)
        {
            Fail("refused");
            ProbeInVain("refused");
            _availability.Answered();
        }

        Assert.That(_log.Told.Select(line => line.Split(" (")[0]), Is.EqualTo(new[]
        {
            "Warning: The store is away", "Information: The store is back after 0.0 s",
            "Warning: The store is away", "Information: The store is back after 0.0 s",
        }));
    }

    [Test]
    public async Task Nobody_needs_to_ask_for_an_absence_and_a_return_to_be_told()
    {
        var store = new Probe(_availability) { IsAway = true };
        using var prober = new StoreProber(store, _availability, _time);
        await prober.StartAsync(CancellationToken.None);

        await PassTimeUntil("Warning: The store is away");
        store.IsAway = false;
        await PassTimeUntil("Information: The store is back");
        store.IsAway = true;
        await PassTimeUntil("Warning: The store is away", after: 2);
        await prober.StopAsync(CancellationToken.None);
    }

    private Task PassTimeUntil(string told, int after = 0) => Eventually.Holds(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _log.Told.Skip(after).Any(line => line.StartsWith(told, StringComparison.Ordinal));
        },
        told);

    private void Fail(string reason) => _availability.Failed(new StoreUnavailableException(reason));

    private void ProbeInVain(string reason)
    {
        var began = _time.GetTimestamp();
        Fail(reason);
        _availability.Confirm(began);
    }

    // As the probe is behind the measured store: each outcome is told of.
    private sealed class Probe(StoreAvailability availability) : IStoreProbe
    {
        public bool IsAway { get; set; }

        public Task<long> CurrentRevision(CancellationToken cancellationToken)
        {
            if (IsAway)
            {
                var failure = new StoreUnavailableException("refused");
                availability.Failed(failure);
                throw failure;
            }
            availability.Answered();
            return Task.FromResult(1L);
        }

        public Task<StoreState?> State(CancellationToken cancellationToken) => Task.FromResult<StoreState?>(null);
    }
}
