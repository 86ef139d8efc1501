using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Clients;

/// <summary>A client of Kv, which makes one call after the other.</summary>
/// <param name="name">Its name in the history.</param>
/// <param name="world">The deployment that it calls.</param>
/// <param name="random">The source of its random choices.</param>
/// <param name="tenant">The tenant whose keys it uses.</param>
internal abstract class Client(string name, World world, Random random, string tenant) : IDisposable
{
    private readonly Caller _caller = new(name, tenant, world.Recorder);
    private int _values;

    protected World World { get; } = world;

    protected Random Random { get; } = random;

    protected string Tenant => _caller.Tenant;

    protected string Name => _caller.Client;

    /// <summary>Makes calls until it is cancelled, and waits for the end of the running call.</summary>
    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Step();
            await Task.Delay(Pause(), stop).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public virtual void Dispose() => _caller.Dispose();

    /// <summary>Makes the next call, or a few that belong together.</summary>
    protected abstract Task Step();

    /// <summary>Calls any replica.</summary>
    protected Task<Call> Send(CallRequest request) => _caller.Send(AnyReplica(), request);

    /// <summary>Calls a replica.</summary>
    protected Task<Call> Send(Replica replica, CallRequest request) => _caller.Send(replica, request);

    /// <inheritdoc cref="Caller.SendAndRead"/>
    protected Task<(Call Call, string Body)> SendAndRead(CallRequest request) =>
        _caller.SendAndRead(AnyReplica(), request);

    protected Replica AnyReplica() => Pick(World.Deployment.Replicas);

    protected T Pick<T>(IReadOnlyList<T> some) => some[Random.Next(some.Count)];

    /// <summary>A value that no other write of the run has.</summary>
    protected string NewValue()
    {
        var value = $"{Name}.{++_values}";
        return Random.Next(16) == 0 ? value.PadRight(Random.Next(100, 4000), '.') : value;
    }

    // On average long enough that all clients together keep to the allowed rate.
    private TimeSpan Pause() => 2 * Random.NextDouble() * World.MeanPause();
}
