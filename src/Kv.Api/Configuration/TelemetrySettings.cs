using Kv.Api.Operation;

namespace Kv.Api.Configuration;

/// <summary>
/// Those of OpenTelemetry's settings that Kv itself goes by. The others (headers, intervals, samplers) are read by its
/// libraries: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
/// </summary>
internal static class TelemetrySettings
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static TelemetryOptions Read(Settings settings)
    {
        var isOn = !Flag(settings, "OTEL_SDK_DISABLED");
        // Asked for one and all, so that every mistake is told.
        var general = IsGiven(settings, Endpoint);
        var metrics = IsGiven(settings, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") || general;
        var traces = IsGiven(settings, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") || general;
        settings.Text(
            "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", text => text is "grpc" or "http/protobuf", "grpc or http/protobuf");
        return new TelemetryOptions
        {
            IsOn = isOn,
            SendsMetrics = Exports(settings, "OTEL_METRICS_EXPORTER") && isOn && metrics,
            SendsTraces = Exports(settings, "OTEL_TRACES_EXPORTER") && isOn && traces,
        };
    }

    private static bool Flag(Settings settings, string name) =>
        settings.Text(name, "false", text => bool.TryParse(text, out _), "true or false").Equals("true", StringComparison.OrdinalIgnoreCase);

    private static bool Exports(Settings settings, string name) =>
        settings.Text(name, "otlp", text => text is "otlp" or "none", "otlp or none") == "otlp";

    private static bool IsGiven(Settings settings, string name)
    {
        if (settings.Text(name) is not { } text)
            return false;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            return true;
        settings.Refuse(name, text, "an http or https URL, as in 'http://collector:4317'");
        return false;
    }
}
