using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Telemetry;

/// <summary>
/// Traces: a client begins them, a collector receives them, and a receiver of webhooks gets their id.
/// </summary>
internal sealed class TracesTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Sampled = $"00-{TraceId}-00f067aa0ba902b7-01";
    private const string NotSampled = $"00-{TraceId}-00f067aa0ba902b7-00";

    private WebhookReceiver _receiver = null!;
    private WebhookReceiver _collector = null!;
    private TemporaryDirectory _data = null!;
    private readonly string _prefix = KvHost.Unique("test/");

    private (string, string)[] Traced =>
    [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", new Uri(_collector.Uri, "/v1/traces").ToString()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];

    [SetUp]
    public void Start() =>
        (_receiver, _collector, _data) = (WebhookReceiver.Start(), WebhookReceiver.Start(), new TemporaryDirectory());

    [TearDown]
    public async Task Stop()
    {
        await _receiver.DisposeAsync();
        await _collector.DisposeAsync();
        _data.Dispose();
    }

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task A_trace_spans_the_request_the_store_and_the_webhook(Engine engine)
    {
        await using var kv = await Start(engine, Traced);
        var client = await kv.Client();
        await Register(client);

        await Put(client, Sampled);
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the webhook is called");
        var seen = _receiver.Requests.Single().Header("traceparent");
        await Eventually.Holds(
            () => Spans("PUT kv/{key}") && Spans("store commit") && (engine == Engine.Embedded || Spans("etcd commit"))
                && Spans("webhook"),
            "the collector has the spans of the trace");

        Assert.That(Spans("{*"), Is.False, "the route has no asterisk");
        Assert.That(
            seen, Does.Match($"^00-{TraceId}-[0-9a-f]{{16}}-01$").And.Not.EqualTo(Sampled), "the call's own span");
    }

    [TestCase("otlp", true)]
    [TestCase("none", false)]
    public async Task The_log_goes_to_the_collector_as_well(string exporter, bool isSent)
    {
        await using (var kv = await Start(Engine.Embedded,
            [.. Traced, ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", new Uri(_collector.Uri, "/v1/logs").ToString()),
                ("OTEL_LOGS_EXPORTER", exporter)]))
        {
            await kv.Started();
            await kv.Terminate();
        }

        var sent = _collector.Requests.Where(request => request.Target == "/v1/logs").ToList();
        Assert.That(
            sent.Any(request => request.Body.AsSpan().IndexOf("WEBHOOK_TARGETS is private"u8) >= 0),
            Is.EqualTo(isSent));
    }

    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task Every_attempt_and_every_kind_of_write_carries_its_trace(Engine engine)
    {
        _receiver.Answer = request => ReceiverAnswer.Status(request.Number == 1 ? 503 : 200);
        await using var kv = await Start(engine, [.. Traced, ("WEBHOOK_RETRY_SCHEDULE", "50ms")]);
        var client = await kv.Client();
        await Register(client);

        await Put(client, Sampled);
        await Eventually.Holds(() => _receiver.RequestCount == 2, "it is tried again");
        await Send(client, HttpMethod.Post, "/txn", """{"success":[{"op":"set","key":"a","value":"1"},{"op":"set","key":"b","value":"2"}]}""");
        await Send(client, HttpMethod.Delete, "/kv/a", null);
        await Eventually.Holds(() => _receiver.RequestCount == 5, "the transaction and the deletion are delivered");

        Assert.That(
            _receiver.Requests.Select(request => request.Header("traceparent")),
            Is.Unique.And.All.StartsWith($"00-{TraceId}-"));
    }

    [Test]
    public async Task A_leader_without_tracing_passes_on_the_trace_of_another_replica()
    {
        await using var leader = await Start(Engine.Etcd, []);
        await Eventually.Holds(
            () => leader.Output.Contains("This replica leads", StringComparison.Ordinal), "it leads");
        await using var other = await Start(Engine.Etcd, Traced);
        var client = await other.Client();
        await Register(client);

        await Put(client, Sampled);
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the webhook is called");

        Assert.That(
            _receiver.Requests.Single().Header("traceparent"),
            Does.StartWith($"00-{TraceId}-").And.Not.EqualTo(Sampled));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_untraced_request_stores_no_trace(bool isTracing)
    {
        await using var kv = await Start(Engine.Etcd, isTracing ? Traced : []);
        var client = await kv.Client();
        await Register(client);

        await Put(client, isTracing ? NotSampled : Sampled);
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the webhook is called");

        Assert.That(_receiver.Requests.Single().Header("traceparent"), Is.Null);
        Assert.That(await EtcdKeys.Keys(await SharedEtcd.Get(), $"/{_prefix}/kv_traces/"), Is.Empty);
        Assert.That(Spans(""), Is.False, "the collector gets at most the registration");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_error_names_the_trace_and_without_tracing_a_request_number(bool isTracing)
    {
        await using var kv = KvProcess.Start(
            [("STORE", "etcd"), ("ETCD_ENDPOINTS", $"127.0.0.1:{FreePort.Next()}"), .. isTracing ? Traced : []]);
        var client = await kv.Client();

        var answer = await client.With(HttpMethod.Get, "/kv/k", null, ("traceparent", Sampled));

        Assert.That(answer.Status, Is.EqualTo(503), answer.ToString());
        Assert.That(
            answer.Json.GetProperty("traceId").GetString(),
            isTracing ? Is.EqualTo(TraceId) : Does.Contain(":"), "the server's own number for the request otherwise");
    }

    private async Task<KvProcess> Start(Engine engine, (string, string)[] settings)
    {
        (string, string)[] store = engine == Engine.Embedded
            ? [("STORE", "embedded"), ("DATA_DIR", _data.Path)]
            :
            [
                ("STORE", "etcd"), ("ETCD_ENDPOINTS", (await SharedEtcd.Get()).Endpoint), KvProcess.Patient,
                ("BASE_KEY_PREFIX", _prefix),
            ];
        return KvProcess.Start([.. store, .. settings]);
    }

    private Task<string> Register(KvClient client) =>
        client.Register($$"""{"key":"*","event":"*","endpoint":"{{_receiver.Uri}}"}""");

    private static Task Put(KvClient client, string traceParent) =>
        Send(client, HttpMethod.Put, "/kv/traced", """{"value":"v","ttl":600}""", traceParent);

    private static async Task Send(
        KvClient client, HttpMethod method, string path, string? json, string traceParent = Sampled)
    {
        var answer = await client.With(
            method, path, json is null ? null : KvClient.Json(Encoding.UTF8.GetBytes(json)),
            ("traceparent", traceParent));
        Assert.That(answer.Status, Is.AnyOf(200, 204), answer.ToString());
    }

    // The collector receives protocol buffers, which hold ids and names unencoded.
    private bool Spans(string name) => _collector.Requests.Any(request =>
        request.Target == "/v1/traces"
        && request.Body.AsSpan().IndexOf(Convert.FromHexString(TraceId)) >= 0
        && request.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0);
}
