using Kv.Api.KeyValues;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Changes of the times to live of large values, which the store copies.</summary>
internal sealed class LargeTtlTests(Engine engine) : EngineTests(engine)
{
    private const int Keys = CopyTurns.AtOnce + 8;

    [Test]
    public async Task Many_at_once_copy_each_value_unchanged_while_another_tenant_writes()
    {
        string ValueOf(int key) => new($"{key % 10}"[0], 256 * 1024 - key);
        for (var key = 0; key < Keys; key++)
            Assert.That((await Kv.Put($"k{key}", ValueOf(key))).Status, Is.EqualTo(200));

        var changes = Enumerable.Range(0, Keys).Select(key => Patch(Kv, $"k{key}")).ToArray();
        Assert.That((await Host.NewTenant().Put("k", "v")).Status, Is.EqualTo(200));
        var changed = await Task.WhenAll(changes);

        Assert.That(changed.Select(answer => answer.Status), Is.All.EqualTo(200));
        for (var key = 0; key < Keys; key++)
        {
            var read = await Kv.Get($"k{key}");
            Assert.That(read.Json.GetProperty("value").GetString(), Is.EqualTo(ValueOf(key)));
            Assert.That(read.Json.GetProperty("ttl").GetInt64(), Is.InRange(1, 600));
            Assert.That(read.Header("ETag"), Is.EqualTo(changed[key].Header("ETag")));
        }
        var history = (await Kv.Send(HttpMethod.Get, "/history/k0")).Json.GetProperty("items");
        Assert.That(
            history.EnumerateArray().Select(version => version.GetProperty("value").GetString()!.Length),
            Is.EqualTo(new[] { ValueOf(0).Length, ValueOf(0).Length }), "each is in the history with its value");
    }

    internal static Task<Answer> Patch(KvClient kv, string key) =>
        kv.Send(HttpMethod.Patch, $"/kv/{key}", """{"ttl":600}""");
}

/// <summary>Changes of times to live that wait for a store that does not answer.</summary>
internal sealed class WaitingTtlTests
{
    [Test]
    public async Task A_change_beyond_those_that_may_wait_is_503_at_once_and_the_others_are_done_later()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await KvHost.StartOver(proxy.Endpoint, [("STORE_TIMEOUT_SECONDS", "30")]);
        var kv = host.NewTenant();
        await kv.Put("k", "v");

        proxy.BlackHole();
        var waiting = Enumerable.Range(0, CopyTurns.AtOnce + CopyTurns.MaxWaiting + 1)
            .Select(_ => LargeTtlTests.Patch(kv, "k")).ToArray();
        var refused = await await Task.WhenAny(waiting);
        Expect.Problem(refused, 503, "Too many copies of values");
        Assert.That(refused.Header("Retry-After"), Is.EqualTo("1"));

        proxy.Forward();
        var answers = await Task.WhenAll(waiting);
        Assert.That(answers.Count(answer => answer.Status == 503), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(waiting.Length - 1));
    }
}
