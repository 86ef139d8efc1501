using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Quotas;

/// <summary>A deployment without quotas, or with only one.</summary>
internal sealed class NoQuotaTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Without_quotas_usage_is_404_and_readiness_has_no_quota_check()
    {
        var answer = await Kv.Send(HttpMethod.Get, "/usage");

        Expect.Problem(answer, 404, "No quotas");
        Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("QUOTA_KEYS"));
        var ready = await Kv.Send(HttpMethod.Get, "/readyz");
        Assert.That(Expect.Members(ready.Json.GetProperty("checks")), Has.None.EqualTo("quota"));
    }

    [TestCase("QUOTA_KEYS", "max_keys", "max_bytes")]
    [TestCase("QUOTA_BYTES", "max_bytes", "max_keys")]
    public async Task One_quota_does_not_limit_the_other_resource(string setting, string limited, string open)
    {
        var host = await SharedHosts.Get(Engine, (setting, "3"));
        await QuotaTest.Counted(host);
        var kv = host.NewTenant();

        var usage = (await kv.Send(HttpMethod.Get, "/usage")).Json;

        Assert.That(usage.GetProperty(limited).GetInt64(), Is.EqualTo(3));
        Assert.That(usage.GetProperty(open).ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
        Assert.That((await kv.Put("abcd", "")).Status, Is.EqualTo(setting == "QUOTA_KEYS" ? 200 : 507));
    }
}
