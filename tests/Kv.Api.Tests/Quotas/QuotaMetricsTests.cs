using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>The metrics of quotas, of a real process: they count this test alone.</summary>
internal sealed class QuotaMetricsTests
{
    [Test]
    public async Task Metrics_count_refusals_by_quota_and_show_the_state_of_the_count()
    {
        using var data = new TemporaryDirectory();
        await using var process = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("QUOTA_KEYS", "1"), ("QUOTA_BYTES", "10"));
        var kv = await process.Client("a-space", "an-app");
        await Eventually.Holds(async () => (await kv.Send(HttpMethod.Get, "/readyz")).Status == 200, "Kv has counted");

        var before = await Scrape.Of(kv);
        Assert.That(before.Sum("kv_quota_refusals_total", "quota=\"keys\""), Is.Zero, "it exists from the start");
        Assert.That(before.Sum("kv_quota_refusals_total", "quota=\"bytes\""), Is.Zero);
        await kv.Put("k", "v");
        await kv.Put("more", "v");
        await kv.Put("more", "v");
        await kv.Put("k", "0123456789");

        // An answer is kept for a moment.
        await Eventually.Holds(
            async () =>
            {
                var scrape = await Scrape.Of(kv);
                return scrape.Sum("kv_quota_refusals_total", "quota=\"keys\"") == 2
                    && scrape.Sum("kv_quota_refusals_total", "quota=\"bytes\"") == 1
                    && scrape.Sum("kv_quota_counts_total") == 1
                    && scrape.Sum("kv_quota_following") == 1
                    && scrape.Sum("kv_quota_tenants") == 1;
            },
            "the metrics show the refusals and the count");
    }
}
