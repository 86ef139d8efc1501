namespace Kv.Api.Telemetry;

/// <summary>The settings of telemetry. The variables are those of OpenTelemetry.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>Whether telemetry is on, with <c>/metrics</c>. Default true.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>All addresses to which telemetry may be sent.</summary>
    public IReadOnlyList<Uri> Collectors { get; init; } = [];

    /// <summary>Whether the environment configures certificates for the collector. Default false.</summary>
    public bool HasCertificates { get; init; }

    /// <summary>Whether metrics are also sent by OTLP. Default false.</summary>
    public bool SendsMetrics { get; init; }

    /// <summary>The exact endpoint for metrics; null for the library's default.</summary>
    public Uri? MetricsEndpoint { get; init; }

    /// <summary>Whether requests are traced and the traces sent by OTLP. Default false.</summary>
    public bool SendsTraces { get; init; }

    /// <summary>Whether the log is also sent by OTLP. Default false.</summary>
    public bool SendsLogs { get; init; }

    /// <summary>The exact endpoint for the log; null for the library's default.</summary>
    public Uri? LogsEndpoint { get; init; }

    /// <summary>The exact endpoint for traces; null for the library's default.</summary>
    public Uri? TracesEndpoint { get; init; }
}
