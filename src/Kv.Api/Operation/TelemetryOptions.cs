namespace Kv.Api.Operation;

/// <summary>What is measured, and where to it is sent. The variables are OpenTelemetry's own.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>Whether anything is measured at all, and <c>/metrics</c> is there. Default true.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Whether metrics are sent by OTLP, beside being there to be scraped. Default false.</summary>
    public bool SendsMetrics { get; init; }

    /// <summary>Where metrics are sent, as it is; null for where the library sends everything.</summary>
    public Uri? MetricsEndpoint { get; init; }

    /// <summary>Whether requests are traced, and traces sent by OTLP. Default false.</summary>
    public bool SendsTraces { get; init; }

    /// <summary>Where traces are sent, as it is; null for where the library sends everything.</summary>
    public Uri? TracesEndpoint { get; init; }
}
