using Kv.FaultTests.Deployments;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Clients;

/// <summary>The objects that clients share.</summary>
/// <param name="Deployment">The Kv that they call.</param>
/// <param name="Recorder">Records their calls and events.</param>
/// <param name="MeanPause">How long a client rests between two calls, on average.</param>
internal sealed record World(Deployment Deployment, Recorder Recorder, Func<TimeSpan> MeanPause);
