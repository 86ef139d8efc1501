using Kv.FaultTests.Checkers;
using Kv.FaultTests.Clients;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.Faults;
using Kv.FaultTests.History;
using Kv.FaultTests.Webhooks;

namespace Kv.FaultTests.Running;

/// <summary>
/// One run: Kv is started, clients call it while faults happen, all faults are healed, and the history is judged when
/// Kv has had the time to catch up.
/// </summary>
internal sealed class FaultRun
{
    // The part of the run with faults. In the rest no fault is active, and clients continue.
    private const double FaultyPart = 0.8;

    private readonly RunSettings _settings;
    private readonly RunHistory _history;
    private readonly Recorder _recorder;

    public FaultRun(RunSettings settings)
    {
        _settings = settings;
        _history = new RunHistory(new RunInfo
        {
            Seed = settings.Seed,
            Engine = settings.Engine.ToString().ToLowerInvariant(),
            Command = settings.Command,
            StartedAt = TimeProvider.System.GetUtcNow(),
            CallBound = (long)KvSettings.CallBound.TotalMicroseconds,
            ClockTolerance = ClockFaults.Tolerance(settings),
            IsAudited = KvSettings.IsAudited(settings),
            Pairs =
                [.. from tenant in KeyNames.Tenants from pair in KeyNames.Pairs select new KeyPair(
                    tenant, pair.First, pair.Second)],
        });
        _recorder = new Recorder(_history);
    }

    /// <summary>The history so far.</summary>
    public RunHistory History => _history;

    /// <summary>Runs, and judges.</summary>
    public async Task<IReadOnlyList<Violation>> Run()
    {
        var kinds = FaultCatalog.Chosen(_settings);
        await using var receiver = new Receiver(_settings.Seed, _recorder);
        await using var deployment = await Start();
        using var crowd = new Crowd(deployment, _settings, _recorder, receiver);
        using var stopWatching = new CancellationTokenSource();
        var measuring = new LoadMeter(_recorder).Run(stopWatching.Token);
        await crowd.RegisterWebhooks();
        var watching = crowd.Watch(stopWatching.Token);

        await CallWithFaults(deployment, crowd, kinds, receiver);
        using var settling = new Settling(deployment, crowd, _recorder, TimeSpan.FromSeconds(_settings.SettleSeconds));
        var unsettled = await settling.Settle();

        await stopWatching.CancelAsync();
        await Task.WhenAll(watching, measuring);
        var exitCodes = await deployment.Stop();
        Record(await deployment.ReadChanges(), receiver);
        return [.. unsettled, .. Misbehaviour(exitCodes), .. Judge.Violations(_history)];
    }

    private async Task<Deployment> Start() => _settings.Engine == Engine.Etcd
        ? await EtcdDeployment.Start(_settings, _recorder)
        : await EmbeddedDeployment.Start(_settings, _recorder);

    private async Task CallWithFaults(
        Deployment deployment, Crowd crowd, IReadOnlyList<FaultKind> kinds, Receiver receiver)
    {
        using var over = new CancellationTokenSource(FaultyPart * TimeSpan.FromSeconds(_settings.Seconds));
        using var stop = new CancellationTokenSource();
        using var schedule = new FaultSchedule(deployment, kinds, _settings.Seed, _recorder);
        var calling = crowd.Call(stop.Token);
        await Task.WhenAll(schedule.Run(over.Token), Until(over.Token));

        await deployment.Heal();
        receiver.BecomeWell();
        _history.Run = _history.Run with { WellFrom = _recorder.Now };
        await Task.Delay((1 - FaultyPart) * TimeSpan.FromSeconds(_settings.Seconds));
        await stop.CancelAsync();
        await calling;
    }

    private void Record(IReadOnlyList<StoredEntry> changes, Receiver receiver)
    {
        var webhooks = Registrations.Of(changes);
        foreach (var webhook in webhooks)
            _recorder.Add(webhook);
        receiver.Record(webhooks.ToDictionary(webhook => webhook.Receiver, webhook => webhook.Id));
        foreach (var change in changes)
            _recorder.Add(change.ToChange());
    }

    // Broken promises that a fault saw, independent of the answers to clients.
    private IEnumerable<Violation> Misbehaviour(int[] exitCodes) => _history.All<Fault>()
        .Where(fault => fault.Kind.StartsWith(FaultScene.Bad, StringComparison.Ordinal))
        .Select(fault => new Violation(fault.Kind, $"{fault.Target}: {fault.Detail}"))
        .Concat(
            exitCodes.Where(code => code != 0)
                .Select(code => new Violation("bad-exit", $"At the end a replica ended with {code} after SIGTERM.")));

    private static async Task Until(CancellationToken over)
    {
        var reached = new TaskCompletionSource();
        await using var registration = over.Register(reached.SetResult);
        await reached.Task;
    }
}
