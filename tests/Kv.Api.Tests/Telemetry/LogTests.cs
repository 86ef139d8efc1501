using System.Text.Json;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Access;
using Kv.Api.Tests.Documents;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Telemetry;

/// <summary>The standard output of the real program.</summary>
internal sealed partial class LogTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    [TestCase("")]
    [TestCase("auto")]
    [TestCase("json")]
    public async Task Without_a_terminal_each_line_is_JSON(string format)
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path), ("LOG_FORMAT", format));
        await kv.Started();
        await kv.Terminate();

        foreach (var line in Lines(kv))
            Assert.That(Expect.Members(line), Is.SupersetOf(new[] { "Timestamp", "LogLevel", "Category", "Message" }));
        var started = Lines(kv).Single(
            line => line.GetProperty("Message").GetString()!.Contains(" listens on ", StringComparison.Ordinal));
        Assert.That(started.GetProperty("Timestamp").GetString(), Does.EndWith("Z"));
        Assert.That(
            started.GetProperty("State").GetProperty("Address").GetString(), Does.StartWith("http://127.0.0.1:"));
    }

    [Test]
    public async Task No_call_logs_a_warning()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LOG_FORMAT", "json"), ("QUOTA_KEYS", "1000"));
        var client = await kv.Client();

        foreach (var call in Call.All)
            Assert.That((await call.Send(client)).Status, Is.LessThan(500), $"{call}");
        await kv.Terminate();

        Assert.That(LogLine.Of(kv).Where(line => line.IsAlarming), Is.Empty);
    }

    [Test]
    public async Task The_text_format_is_readable()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path), ("LOG_FORMAT", "text"));

        Assert.That(await kv.Started(), Does.Match("^[0-9-]{10}T[0-9:.]+Z info: Kv.Api"));
    }

    [Test]
    public async Task The_documented_access_log_has_a_line_for_each_request()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(ExampleProcess.Root(), "docs", "operations.md"));
        var setting = AccessLogSetting().Match(document).Groups;
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LOG_FORMAT", "json"),
            (setting[1].Value, setting[2].Value));
        await (await kv.Client()).Send(HttpMethod.Get, "/kv/a%2Fb?raw");
        await kv.Terminate();

        var ended = Lines(kv).Single(line =>
            line.GetProperty("EventId").GetInt32() == 2 && line.GetProperty("Category")
                .GetString() == "Microsoft.AspNetCore.Hosting.Diagnostics").GetProperty("State");
        Assert.That(
            (ended.GetProperty("Method").GetString(), ended.GetProperty("Path")
                .GetString(), ended.GetProperty("QueryString").GetString()),
            Is.EqualTo(("GET", "/kv/a/b", "?raw")));
        Assert.That(ended.GetProperty("StatusCode").GetInt32(), Is.EqualTo(404));
        Assert.That(ended.GetProperty("ElapsedMilliseconds").GetDouble(), Is.Positive);
    }

    [Test]
    public async Task The_log_of_a_traced_request_has_its_trace_and_not_its_value()
    {
        await using var kv = KvProcess.Start(
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", $"127.0.0.1:{FreePort.Next()}"), ("LOG_FORMAT", "json"),
            ("Logging__LogLevel__Default", "Trace"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort.Next()}"));
        var client = await kv.Client();
        var answer = await client.With(
            HttpMethod.Put, "/kv/customer", KvClient.Json("""{"value":"the-value-itself"}"""u8.ToArray()),
            ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"));
        Assert.That(answer.Status, Is.EqualTo(503), answer.ToString());

        await Eventually.Holds(
            () => Lines(kv).Any(
                line => line.GetProperty("Category").GetString() == "Kv.Api.Errors.RequestFailures" && Traces(line)),
            "the failure is logged with the trace");
        Assert.That(kv.Output, Does.Not.Contain("the-value-itself"));
    }

    private static bool Traces(JsonElement line) => line.GetProperty("Scopes").EnumerateArray().Any(scope =>
        scope.ValueKind == JsonValueKind.Object && scope.TryGetProperty("TraceId", out var id)
            && id.GetString() == TraceId);

    private static JsonElement[] Lines(KvProcess kv) =>
        [.. kv.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];

    [GeneratedRegex("^env (Logging__[^=]+)=([A-Za-z]+) ", RegexOptions.Multiline)]
    private static partial Regex AccessLogSetting();
}
