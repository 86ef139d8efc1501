using Kv.Api.Operation;

namespace Kv.Api.Configuration;

/// <summary>
/// Those of OpenTelemetry's settings that Kv itself goes by. The others (headers, intervals, samplers) are read by its
/// libraries: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
/// </summary>
internal static class TelemetrySettings
{
    public static TelemetryOptions Read(Settings settings)
    {
        var isOn = !Flag(settings, "OTEL_SDK_DISABLED");
        var general = Address(settings, "OTEL_EXPORTER_OTLP_ENDPOINT");
        var metrics = Address(settings, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
        var traces = Address(settings, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        settings.Text(
            "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", text => text is "grpc" or "http/protobuf", "grpc or http/protobuf");
        return new TelemetryOptions
        {
            IsOn = isOn,
            SendsMetrics = Exports(settings, "OTEL_METRICS_EXPORTER") && isOn && (metrics ?? general) is not null,
            MetricsEndpoint = metrics,
            SendsTraces = Exports(settings, "OTEL_TRACES_EXPORTER") && isOn && (traces ?? general) is not null,
            TracesEndpoint = traces,
        };
    }

    private static bool Flag(Settings settings, string name) =>
        settings.Text(name, "false", text => bool.TryParse(text, out _), "true or false").Equals("true", StringComparison.OrdinalIgnoreCase);

    private static bool Exports(Settings settings, string name) =>
        settings.Text(name, "otlp", text => text is "otlp" or "none", "otlp or none") == "otlp";

    private static Uri? Address(Settings settings, string name)
    {
        if (settings.Text(name) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            return uri;
        settings.Refuse(name, text, "an http or https URL, as in 'http://collector:4317'");
        return null;
    }
}
