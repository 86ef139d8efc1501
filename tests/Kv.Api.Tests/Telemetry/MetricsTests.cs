using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Telemetry;

/// <summary>The output of <c>/metrics</c> after calls of every kind.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal sealed class MetricsTests(Engine engine)
{
    private MeasuredKv _measured = null!;

    [SetUp]
    public async Task UseTheSharedOne() => _measured = await MeasuredKv.Shared(engine);

    [Test]
    public async Task Requests_are_counted_by_route_and_status_and_probes_are_not()
    {
        var scrape = await _measured.Scrape();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Requests("PUT", 200), Is.EqualTo(4));
            Assert.That(Requests("PUT", 412), Is.EqualTo(1));
            Assert.That(Requests("GET", 404), Is.EqualTo(1));
            Assert.That(scrape.Text, Does.Not.Contain("/readyz").And.Not.Contain("http_route=\"/metrics\""));
        }

        double? Requests(string method, int status) => scrape.Sum(
            "http_server_request_duration_seconds_count",
            "http_route=\"kv/{**key}\"", $"http_request_method=\"{method}\"",
            $"http_response_status_code=\"{status}\"");
    }

    [Test]
    public async Task Long_polls_and_slow_requests_are_counted_apart()
    {
        var scrape = await _measured.Scrape();

        Assert.That(
            scrape.Sum(
                "http_server_request_duration_seconds_count", "http_route=\"kv/{**key}\"",
                "kv_long_poll=\"true\""), Is.EqualTo(1));
    }

    [Test]
    public async Task Calls_of_the_store_are_counted_by_operation_and_outcome()
    {
        var scrape = await _measured.Scrape();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Calls("get", "ok"), Is.GreaterThanOrEqualTo(2));
            Assert.That(Calls("range", "ok"), Is.Positive);
            Assert.That(Calls("commit", "ok"), Is.GreaterThanOrEqualTo(8));
            Assert.That(Calls("commit", "condition_failed"), Is.Positive);
            Assert.That(scrape.Sum("kv_store_commit_batch_size_count"), Is.Positive);
            Assert.That(scrape.Sum("kv_store_queue_length", "queue=\"commit\""), Is.Not.Null);
            if (engine == Engine.Etcd)
            {
                Assert.That(scrape.Sum("kv_store_read_batch_size_count"), Is.Positive);
                Assert.That(scrape.Sum("kv_store_leases_granted_total"), Is.Positive);
            }
        }

        double? Calls(string operation, string outcome) => scrape.Sum(
            "kv_store_operation_duration_seconds_count", $"operation=\"{operation}\"", $"outcome=\"{outcome}\"");
    }

    [Test]
    public async Task The_size_of_the_store_and_its_free_space_have_metrics_after_a_readiness_check()
    {
        var scrape = await _measured.Scrape();

        Assert.That(scrape.Sum("kv_store_space_used_bytes"), Is.Positive);
        Assert.That(scrape.Sum("kv_store_space_left_bytes"), Is.Positive);
    }

    [Test]
    public async Task Deliveries_are_counted_by_outcome_and_finished_ones_are_not_pending()
    {
        var scrape = await _measured.Until(
            seen => seen.Sum("kv_delivery_given_up_total") == 2 && seen.Sum("kv_delivery_waiting") == 0
                && seen.Sum("kv_webhook_registered", "state=\"disabled\"") == 1,
            "one delivery was refused three times, another once and for all");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Attempts("accepted"), Is.EqualTo(5), "the webhook for all keys gets every change");
            Assert.That(scrape.Sum("kv_delivery_latency_seconds_count"), Is.EqualTo(5));
            Assert.That(Attempts("refused"), Is.EqualTo(4));
            Assert.That(scrape.Sum("kv_delivery_retries_total"), Is.EqualTo(2));
            Assert.That(scrape.Sum("kv_delivery_oldest_age_seconds"), Is.Zero);
            Assert.That(scrape.Sum("kv_webhook_disablings_total"), Is.EqualTo(1));
            Assert.That(scrape.Sum("kv_webhook_registered", "state=\"active\""), Is.EqualTo(2));
        }

        double? Attempts(string outcome) =>
            scrape.Sum("kv_delivery_attempt_duration_seconds_count", $"outcome=\"{outcome}\"");
    }

    [Test]
    public async Task The_leader_reports_its_progress()
    {
        var scrape = await _measured.Until(
            seen => seen.Sum("kv_watcher_read_revision") >= seen.Sum("kv_store_written_revision")
                && seen.Sum("kv_watcher_settled_revision") >= seen.Sum("kv_store_written_revision"),
            "the leader has read and settled every change");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(scrape.Sum("kv_watcher_leading"), Is.EqualTo(1));
            Assert.That(scrape.Sum("kv_build_info"), Is.EqualTo(1));
            Assert.That(scrape.Sum("kv_watcher_lag_revisions"), Is.Zero);
            Assert.That(scrape.Sum("kv_watcher_lag_time_seconds"), Is.Zero);
            Assert.That(scrape.Sum("kv_watcher_lost_revisions_total"), Is.Zero, "the counter exists before any loss");
        }
    }

    [Test]
    public async Task Watches_that_are_open_are_counted()
    {
        var scrape = await _measured.Scrape();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(scrape.Sum("kv_watch_subscribers"), Is.EqualTo(1));
            Assert.That(scrape.Sum("kv_watch_upstreams"), Is.EqualTo(1));
            Assert.That(scrape.Sum("kv_watch_cut_off_total"), Is.Zero);
        }
    }

    [Test]
    public async Task No_metric_holds_a_key_a_tenant_a_value_a_target_or_a_secret()
    {
        var text = (await _measured.Scrape()).Text;

        Assert.That(MeasuredKv.Private.Where(text.Contains), Is.Empty);
    }
}
