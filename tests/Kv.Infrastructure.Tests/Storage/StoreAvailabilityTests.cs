using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Testing;
using Kv.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>The log of outages of the store, which is based on successful and failing calls.</summary>
internal sealed class StoreAvailabilityTests
{
    private const string Name = "etcd at http://10.0.0.1:2379";

    private readonly FakeTimeProvider _time = new();
    private RecordedLog _log = null!;
    private StoreAvailability _availability = null!;

    [SetUp]
    public void Prepare()
    {
        _log = new RecordedLog();
        var options = new StoreOptions { Etcd = new EtcdOptions { Endpoints = [new Uri("http://10.0.0.1:2379")] } };
        _availability = new StoreAvailability(options, _time, _log.CreateLogger<StoreAvailability>());
    }

    [TearDown]
    public void DisposeLog() => _log.Dispose();

    [Test]
    public void It_logs_the_start_each_minute_and_the_end_of_an_outage_with_its_cause_and_endpoint()
    {
        Fail("refused");
        for (var second = 0; second < 150; second++)
        {
            ProbeInVain("still refused");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        _availability.Answered();
        _availability.Answered();

        Assert.That(_log.Lines, Is.EqualTo(new[]
        {
            $"Warning: The store is unavailable ({Name}): still refused",
            $"Warning: The store is still unavailable after 60 s ({Name}): still refused",
            $"Warning: The store is still unavailable after 120 s ({Name}): still refused",
            $"Information: The store is available again after 150.0 s ({Name})",
        }));
    }

    [Test]
    public void Failing_calls_beside_successful_ones_are_no_outage()
    {
        for (var call = 0; call < 100; call++)
        {
            var began = _time.GetTimestamp();
            Fail("one member hangs");
            _time.Advance(TimeSpan.FromSeconds(3));
            _availability.Answered();
            Fail("one member hangs");
            _availability.ProbeFailed(began);
        }

        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public void An_outage_that_ends_before_a_probe_fails_is_not_logged()
    {
        Fail("refused");
        Assert.That(_availability.FirstFailure.IsCompleted, Is.True, "the store is to be probed");
        _availability.Answered();

        Assert.That(_availability.FirstFailure.IsCompleted, Is.False);
        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public void A_second_outage_is_logged_like_the_first()
    {
        for (var absence = 0; absence < 2; absence++)
        {
            Fail("refused");
            ProbeInVain("refused");
            _availability.Answered();
        }

        Assert.That(_log.Lines.Select(line => line.Split(" (")[0]), Is.EqualTo(new[]
        {
            "Warning: The store is unavailable", "Information: The store is available again after 0.0 s",
            "Warning: The store is unavailable", "Information: The store is available again after 0.0 s",
        }));
    }

    [Test]
    public async Task An_outage_and_its_end_are_logged_without_any_call()
    {
        var store = new Probe(_availability) { IsAway = true };
        using var prober = new StoreProber(store, _availability, _time);
        await prober.StartAsync(CancellationToken.None);

        await PassTimeUntil("Warning: The store is unavailable");
        store.IsAway = false;
        await PassTimeUntil("Information: The store is available again");
        store.IsAway = true;
        await PassTimeUntil("Warning: The store is unavailable", after: 2);
        await prober.StopAsync(CancellationToken.None);
    }

    private Task PassTimeUntil(string seen, int after = 0) => Eventually.Holds(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _log.Lines.Skip(after).Any(line => line.StartsWith(seen, StringComparison.Ordinal));
        },
        seen);

    private void Fail(string reason) => _availability.Failed(new StoreUnavailableException(reason));

    private void ProbeInVain(string reason)
    {
        var began = _time.GetTimestamp();
        Fail(reason);
        _availability.ProbeFailed(began);
    }

    // Like the probe behind the measured store, it reports each outcome.
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
