using System.Diagnostics;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The span of a call of etcd's that serves many requests: one of its own, linked with the spans of those that are recorded, as OpenTelemetry
/// has it for batches. It is within the first of them, as what has no parent would be sampled by lot.
/// </summary>
internal static class BatchSpan
{
    /// <summary>Whom a request that begins to wait now is for, if that is recorded.</summary>
    public static Activity? Caller => Telemetry.Traced is { Recorded: true } caller ? caller : null;

    /// <summary>Begins the span; null when nobody traces, or none of the requests is recorded.</summary>
    public static Activity? Begin(string name, IReadOnlyList<ITraced> requests)
    {
        if (!Telemetry.IsTracing)
            return null;
        var callers = requests.Select(request => request.Caller).OfType<Activity>().ToList();
        if (callers.Count == 0)
            return null;
        var span = Telemetry.StartSpan(name, callers[0].Context, callers.Skip(1).Select(caller => new ActivityLink(caller.Context)));
        span?.SetTag("requests", requests.Count);
        return span;
    }
}

/// <summary>A request that may be part of a trace.</summary>
internal interface ITraced
{
    /// <summary>The span that it is for; null when that is not recorded.</summary>
    Activity? Caller { get; }
}
