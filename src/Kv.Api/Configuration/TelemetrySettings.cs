using Kv.Api.Telemetry;

namespace Kv.Api.Configuration;

/// <summary>
/// The OpenTelemetry settings that Kv itself reads. The libraries read the others (headers, intervals, samplers):
/// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
/// </summary>
internal static class TelemetrySettings
{
    private static readonly string[] Certificates =
        ["OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_KEY"];

    public static TelemetryOptions Read(Settings settings)
    {
        var isOn = !settings.Flag("OTEL_SDK_DISABLED");
        var general = Address(settings, "OTEL_EXPORTER_OTLP_ENDPOINT");
        var metrics = Address(settings, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
        var traces = Address(settings, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        var logs = Address(settings, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT");
        // Only validated: the exporter reads the variable itself.
        settings.OneOf("OTEL_EXPORTER_OTLP_PROTOCOL", false, ("grpc", false), ("http/protobuf", true));
        if (!isOn)
            settings.WarnWithoutEffect(
                "OTEL_SDK_DISABLED=false", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT");
        return new TelemetryOptions
        {
            IsOn = isOn,
            HasCertificates = Certificates.Any(name => settings.Text(name) is not null),
            Collectors = [.. new[] { general, metrics, traces, logs }.OfType<Uri>()],
            Metrics = new(Exports(settings, "METRICS") && isOn && (metrics ?? general) is not null, metrics),
            Traces = new(Exports(settings, "TRACES") && isOn && (traces ?? general) is not null, traces),
            Logs = new(Exports(settings, "LOGS") && isOn && (logs ?? general) is not null, logs),
        };
    }

    private static bool Exports(Settings settings, string signal)
    {
        var exports = settings.OneOf($"OTEL_{signal}_EXPORTER", true, ("otlp", true), ("none", false));
        if (!exports)
            settings.WarnWithoutEffect($"OTEL_{signal}_EXPORTER=otlp", $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
        return exports;
    }

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
