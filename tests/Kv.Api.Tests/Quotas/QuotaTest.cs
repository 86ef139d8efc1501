using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>What the tests of quotas share.</summary>
internal static class QuotaTest
{
    /// <summary>Waits until a host has counted, and is ready.</summary>
    public static Task Counted(KvHost host) => Eventually.Holds(
        async () => (await host.NewTenant().Send(HttpMethod.Get, "/readyz")).Status == 200,
        "it has counted what tenants have");

    /// <summary>Waits until a tenant's usage is told to be so much.</summary>
    public static Task Usage(KvClient kv, long keys, long bytes, TimeSpan? timeout = null) => Eventually.Holds(
        async () => await Usage(kv) == (keys, bytes), $"{keys} keys and {bytes} bytes are told", timeout);

    public static async Task<(long Keys, long Bytes)> Usage(KvClient kv)
    {
        var usage = (await kv.Send(HttpMethod.Get, "/usage")).Json;
        return (usage.GetProperty("keys").GetInt64(), usage.GetProperty("bytes").GetInt64());
    }

    /// <summary>What a tenant really has, by an export of all.</summary>
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
