using System.Diagnostics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The span of a call of etcd that serves many requests. It links to the spans of the recorded requests, as
/// OpenTelemetry recommends for batches. Its parent is the first of them: a span without a parent would be sampled at
/// random.
/// </summary>
internal static class BatchSpan
{
    /// <summary>The span of the current request; null when it is not recorded.</summary>
    public static Activity? Caller => Telemetry.Traced is { Recorded: true } caller ? caller : null;

    /// <summary>Begins the span; null when tracing is off, or no request is recorded.</summary>
    public static Activity? Begin(string name, IReadOnlyList<IPending> requests)
    {
        if (!Telemetry.IsTracing)
            return null;
        var callers = requests.Select(request => request.Caller).OfType<Activity>().ToList();
        if (callers.Count == 0)
            return null;
        var span = Telemetry.StartSpan(
            name, callers[0].Context, callers.Skip(1).Select(caller => new ActivityLink(caller.Context)));
        span?.SetTag("requests", requests.Count);
        return span;
    }
}
