using System.Diagnostics;

namespace Kv.Infrastructure.Diagnostics;

/// <summary>The name of Kv's own metrics and spans.</summary>
public static class Telemetry
{
    /// <summary>The name of all of Kv's meters and of the source of its spans.</summary>
    public const string Name = "Kv";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Whether any listener traces.</summary>
    internal static bool IsTracing => Source.HasListeners();

    /// <summary>
    /// The current span, unless it has stopped: work that outlives the request that started it is no longer part of the
    /// request.
    /// </summary>
    internal static Activity? Traced => IsTracing && Activity.Current is { IsStopped: false } current ? current : null;

    /// <summary>Starts a span within the current one; null when there is none, or it is not recorded.</summary>
    internal static Activity? StartSpan(string name) =>
        Traced is { IsAllDataRequested: true } ? Source.StartActivity(name, ActivityKind.Client) : null;

    /// <summary>Starts a span that continues a trace from elsewhere; null when tracing is off.</summary>
    internal static Activity? StartSpan(string name, ActivityContext origin, IEnumerable<ActivityLink>? links = null) =>
        Source.StartActivity(name, ActivityKind.Client, origin, links: links);
}
