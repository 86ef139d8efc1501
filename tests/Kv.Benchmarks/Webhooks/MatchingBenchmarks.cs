using BenchmarkDotNet.Attributes;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Dispatching;

namespace Kv.Benchmarks.Webhooks;

/// <summary>Finding the webhooks that match a change, one of few and one of many.</summary>
[MemoryDiagnoser]
public class MatchingBenchmarks
{
    private const int Many = 10_000;

    private readonly List<Webhook> _matches = [];
    private readonly WebhookRegistry _few = new();
    private readonly WebhookRegistry _many = new();
    private KeyChanged _change = null!;

    /// <summary>Registers them, all of one tenant. Each matches another key, a hundred of them by a prefix.</summary>
    [GlobalSetup]
    public void Register()
    {
        var tenant = new Tenant("default", "default");
        _change = new KeyUpdated(
            tenant, Key.Parse("user:42"), Revision: 43, SeenAt: 0, new byte[256], ExpireAt: null, IsSameValue: false);
        _few.Set(Sample.Webhook(tenant, "user:42"));
        for (var i = 0; i < Many; i++)
            _many.Set(Sample.Webhook(tenant, i % 100 == 0 ? $"{new string('p', i / 1000)}{i}*" : $"user:{i}"));
        if (MatchOneOfFew() != 1 || MatchOneOfMany() != 1)
            throw new InvalidOperationException("One webhook of each registry matches.");
    }

    /// <summary>There is one webhook.</summary>
    [Benchmark]
    public int MatchOneOfFew() => Match(_few);

    /// <summary>There are 10 000 webhooks.</summary>
    [Benchmark]
    public int MatchOneOfMany() => Match(_many);

    private int Match(WebhookRegistry registry)
    {
        _matches.Clear();
        registry.Match(_change, _matches);
        return _matches.Count;
    }
}
