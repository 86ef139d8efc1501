using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>
/// The leader keeps no values: it works over a store that is larger than its memory. A leader that kept each key's last
/// value, to distinguish an update from a creation, would end here.
/// </summary>
internal sealed class MemoryTests
{
    private const int Keys = 10_000;
    private const int Writers = 16;

    private static readonly string Filling = new('v', 24_000);

    [Test]
    [CancelAfter(180_000)]
    public async Task The_memory_for_watching_does_not_grow_with_the_stored_data()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        await using var leader = Start("A000000");
        await Eventually.Holds(
            () => leader.Output.Contains("This replica leads", StringComparison.Ordinal), "it leads");
        // Another replica takes the writes, so that the leader only watches.
        await using var other = Start("40000000");
        var kv = await other.Client();
        var registered = await kv.Send(
            HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","endpoint":"{{receiver.Uri}}"}""");
        Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());

        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is <= Keys and var key)
                Assert.That((await kv.Put($"k{key}", $"{Filling}{key}")).Status, Is.EqualTo(200));
        })));
        await Eventually.Holds(
            () => leader.HasExited || receiver.RequestCount >= Keys, "every change arrives", TimeSpan.FromSeconds(60));

        Assert.That(leader.HasExited, Is.False, () => $"{leader.Output}\n{leader.Error}");
        Assert.That(leader.Output, Does.Not.Contain("failed").And.Not.Contain("OutOfMemory"));
        Assert.That(other.Output, Does.Not.Contain("This replica leads"), "the leader leads still");

        // In hexadecimal: the leader has 160 MiB, and the values together have 240 MiB.
        KvProcess Start(string heap) => KvProcess.Start(
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", etcd.Endpoint), ("STORE_TIMEOUT_SECONDS", "30"),
            ("DOTNET_GCHeapHardLimit", heap));
    }
}
