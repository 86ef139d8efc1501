using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>The helpers of the quota tests.</summary>
internal static class QuotaTest
{
    /// <summary>Waits until a host has counted the keys and is ready.</summary>
    public static Task Counted(KvHost host) => Eventually.Holds(
        async () => (await host.NewTenant().Send(HttpMethod.Get, "/readyz")).Status == 200,
        "Kv has counted the usage of the tenants");

    /// <summary>Waits until Kv reports this usage of a tenant.</summary>
    public static Task Usage(KvClient kv, long keys, long bytes, TimeSpan? timeout = null) => Eventually.Holds(
        async () => await Usage(kv) == (keys, bytes), $"the usage is {keys} keys and {bytes} bytes", timeout);

    public static async Task<(long Keys, long Bytes)> Usage(KvClient kv)
    {
        var usage = (await kv.Send(HttpMethod.Get, "/usage")).Json;
        return (usage.GetProperty("keys").GetInt64(), usage.GetProperty("bytes").GetInt64());
    }

    /// <summary>A tenant's real usage, by an export of all its keys.</summary>
    public static async Task<(long Keys, long Bytes)> Real(KvClient kv)
    {
        var lines = (await kv.Send(HttpMethod.Get, "/export")).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var bytes = lines.Select(line => JsonDocument.Parse(line).RootElement).Sum(line =>
            Bytes(line.GetProperty("key").GetString()!) + Bytes(line.GetProperty("value").GetString()!));
        return (lines.Length, bytes);

        static int Bytes(string text) => System.Text.Encoding.UTF8.GetByteCount(text);
    }

    /// <summary>A refusal because of a quota.</summary>
    public static void ExpectRefused(Answer answer, string quota, long limit)
    {
        Expect.Problem(answer, 507, "Quota exceeded");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Json.GetProperty("quota").GetString(), Is.EqualTo(quota));
            Assert.That(answer.Json.GetProperty("limit").GetInt64(), Is.EqualTo(limit));
            Assert.That(answer.Json.GetProperty("usage").GetInt64(), Is.Not.Negative);
            Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain($"{limit}").And.Contain("delete"));
        }
    }
}
