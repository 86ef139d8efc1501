using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>After any concurrent calls, the reported usage of a tenant equals its stored data.</summary>
internal sealed class UsageTests(Engine engine) : EngineTests(engine)
{
    private const int MaxKeys = 60;
    private const int MaxBytes = 2500;
    private const int Callers = 16;

    protected override (string Name, string? Value)[] Settings =>
        [("QUOTA_KEYS", $"{MaxKeys}"), ("QUOTA_BYTES", $"{MaxBytes}")];

    [SetUp]
    public Task WaitUntilCounted() => QuotaTest.Counted(Host);

    [TestCase(1)]
    [TestCase(2)]
    [CancelAfter(120_000)]
    public async Task The_reported_usage_equals_the_stored_data(int seed)
    {
        var tenants = new[] { Kv, Host.NewTenant() };
        var statuses = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => Call(new Random((seed * 1000) + caller))));

        Assert.That(statuses.SelectMany(all => all), Is.All.AnyOf(200, 204, 404, 412, 507));
        Assert.That(statuses.SelectMany(all => all), Has.Some.EqualTo(507), "the limit is reached");
        foreach (var kv in tenants)
        {
            var (keys, bytes) = (0L, 0L);
            await Eventually.Holds(
                async () => await QuotaTest.Usage(kv) == ((keys, bytes) = await QuotaTest.Real(kv)),
                "the reported usage equals the stored data", TimeSpan.FromSeconds(40));
            // Each write is judged by the value at the time of its request. Another write may change that value first.
            Assert.That(keys, Is.LessThanOrEqualTo(MaxKeys + Callers));
            Assert.That(bytes, Is.LessThanOrEqualTo(MaxBytes + (Callers * 100)));
        }

        async Task<List<int>> Call(Random random)
        {
            var seen = new List<int>();
            for (var round = 0; round < 80; round++)
            {
                var kv = tenants[random.Next(tenants.Length)];
                var (key, value) = ($"ключ{random.Next(100)}", new string('v', random.Next(80)));
                var answer = random.Next(10) switch
                {
                    0 or 1 => await kv.Delete(key),
                    2 => await kv.Put(key, value, ttl: 1),
                    3 => await kv.Send(HttpMethod.Patch, KvClient.PathOf(key), $$"""{"ttl":{{random.Next(1, 3)}}}"""),
                    4 => await kv.Send(HttpMethod.Post, "/txn", $$"""
                        {"compare":[{"key":"{{key}}","exists":true}],
                         "success":[{"op":"delete","key":"{{key}}"},{"op":"set","key":"other{{random.Next(20)}}","value":"{{value}}"}],
                         "failure":[{"op":"set","key":"{{key}}","value":"{{value}}"}]}
                        """),
                    _ => await kv.Put(key, value),
                };
                seen.Add(answer.Status);
            }
            return seen;
        }
    }
}
