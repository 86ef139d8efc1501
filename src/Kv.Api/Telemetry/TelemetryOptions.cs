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

    /// <summary>Metrics, which are also scraped.</summary>
    public SignalOptions Metrics { get; init; } = new(false, null);

    /// <summary>Traces of requests. Requests are traced only if the traces are sent.</summary>
    public SignalOptions Traces { get; init; } = new(false, null);

    /// <summary>The log.</summary>
    public SignalOptions Logs { get; init; } = new(false, null);
}

/// <summary>The settings of one kind of telemetry.</summary>
/// <param name="IsSent">Whether it is sent by OTLP.</param>
/// <param name="Endpoint">The exact endpoint; null for the library's default.</param>
internal sealed record SignalOptions(bool IsSent, Uri? Endpoint);
