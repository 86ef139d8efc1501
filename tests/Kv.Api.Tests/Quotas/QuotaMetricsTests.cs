using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>The metrics of quotas, of a real process: they count this test alone.</summary>
internal sealed class QuotaMetricsTests
{
    [Test]
    public async Task Refusals_are_counted_by_what_there_is_too_much_of_and_the_counting_shows()
    {
        using var data = new TemporaryDirectory();
        await using var process = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("QUOTA_KEYS", "1"), ("QUOTA_BYTES", "10"));
        var kv = await process.Client("a-space", "an-app");
        await Eventually.Holds(async () => (await kv.Send(HttpMethod.Get, "/readyz")).Status == 200, "it has counted");

        var before = await Scrape.Of(kv);
        Assert.That(before.Sum("kv_quota_refusals_total", "quota=\"keys\""), Is.Zero, "it is there from the start");
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
            "all of it is told");
    }
}
