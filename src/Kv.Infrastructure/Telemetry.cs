using System.Diagnostics;

namespace Kv.Infrastructure;

/// <summary>Under which name Kv's own measurements and spans are found.</summary>
public static class Telemetry
{
    /// <summary>The name of every meter of Kv's own, and of the source of its spans.</summary>
    public const string Name = "Kv";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Whether anybody traces.</summary>
    internal static bool IsTracing => Source.HasListeners();

    /// <summary>
    /// What is being traced just now, and goes on. What was begun on a request's behalf and outlives it is not the request's any more.
    /// </summary>
    internal static Activity? Traced => IsTracing && Activity.Current is { IsStopped: false } current ? current : null;

    /// <summary>Begins a span within what is being traced; null when nothing is, or nobody records it.</summary>
    internal static Activity? StartSpan(string name) =>
        Traced is { IsAllDataRequested: true } ? Source.StartActivity(name, ActivityKind.Client) : null;

    /// <summary>Begins a span that goes on with a trace from elsewhere; null when nobody traces.</summary>
    internal static Activity? StartSpan(string name, ActivityContext origin, IEnumerable<ActivityLink>? links = null) =>
        Source.StartActivity(name, ActivityKind.Client, origin, links: links);
}
