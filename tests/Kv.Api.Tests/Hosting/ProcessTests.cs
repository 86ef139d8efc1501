using System.Collections.Concurrent;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

internal sealed class ProcessTests
{
    [Test]
    public async Task The_health_verb_exits_0_when_Kv_is_alive_and_1_when_not()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));
        var port = $"{(await kv.Address()).Port}";

        await KvProcess.Healthy(("PORT", port));
        await kv.Kill();
        var dead = await KvProcess.Run(["health"], ("PORT", port));

        Assert.That(dead.ExitCode, Is.EqualTo(1), dead.Output);
        Assert.That(dead.Error, Does.Contain("does not answer").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Sigterm_ends_it_cleanly_even_without_the_store()
    {
        await using var kv = KvProcess.Start(("ETCD_ENDPOINTS", "127.0.0.1:1"));
        var client = await kv.Client();
        Assert.That((await client.Put("k", "v")).Status, Is.EqualTo(503));

        Assert.That(await kv.Terminate(), Is.Zero, kv.Error);
        Assert.That(kv.Error, Is.Empty);
    }

    [Test]
    public async Task Embedded_data_survives_a_restart_and_a_crash()
    {
        using var data = new TemporaryDirectory();
        (string, string)[] settings = [("STORE", "embedded"), ("DATA_DIR", data.Path)];
        long expireAt;
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            await client.Put("kept", "one");
            expireAt = (await client.Put("leased", "two", 600)).Json.GetProperty("expire_at").GetInt64();
            Assert.That(await kv.Terminate(), Is.Zero, kv.Error);
        }
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            Assert.That((await client.Get("kept")).Json.GetProperty("value").GetString(), Is.EqualTo("one"));
            Assert.That((await client.Get("leased")).Json.GetProperty("expire_at").GetInt64(), Is.EqualTo(expireAt));
            var acknowledged = await Task.WhenAll(
                Enumerable.Range(0, 100).Select(number => client.Put($"many/{number:d3}", $"{number}")));
            Assert.That(acknowledged.Select(answer => answer.Status), Is.All.EqualTo(200));
            await client.Delete("kept");
            await kv.Kill();
        }
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            Assert.That((await client.Get("kept")).Status, Is.EqualTo(404));
            Assert.That((await client.Get("leased")).Json.GetProperty("value").GetString(), Is.EqualTo("two"));
            Assert.That((await client.List("many/")).Json.GetArrayLength(), Is.EqualTo(100));
        }
    }

    [Test]
    public async Task Every_acknowledged_write_survives_a_kill([Range(1, 3)] int round)
    {
        using var data = new TemporaryDirectory();
        (string, string)[] settings = [("STORE", "embedded"), ("DATA_DIR", data.Path)];
        var acknowledged = new ConcurrentBag<string>();
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            var writers = Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
            {
                try
                {
                    for (var i = 0; ; i++)
                        if ((await client.Put($"{writer}/{i}", $"{round}")).Status == 200)
                            acknowledged.Add($"{writer}/{i}");
                }
                catch (HttpRequestException)
                {
                    // The process is gone, with this write under way.
                }
            })).ToArray();
            await Eventually.Holds(() => acknowledged.Count >= 300 * round, "the writers are well under way");

            await kv.Kill();
            await Task.WhenAll(writers);
        }
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            var kept = (await client.List("")).Json.EnumerateArray()
                .ToDictionary(key => key.GetProperty("key").GetString()!, key => key.GetProperty("value").GetString());

            Assert.That(acknowledged, Is.SubsetOf(kept.Keys));
            Assert.That(kept.Values, Is.All.EqualTo($"{round}"));
        }
    }

    [Test]
    public async Task A_key_that_expires_while_Kv_is_down_is_gone_after_the_start()
    {
        using var data = new TemporaryDirectory();
        (string, string)[] settings = [("STORE", "embedded"), ("DATA_DIR", data.Path)];
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            await client.Put("k", "v", 1);
            await client.Put("stays", "v");
            await kv.Kill();
        }
        await using (var kv = KvProcess.Start(settings))
        {
            var client = await kv.Client();
            await Eventually.Holds(async () => (await client.Get("k")).Status == 404, "the key is gone");
            Assert.That((await client.Get("stays")).Status, Is.EqualTo(200));
        }
    }

    [Test]
    public async Task Many_bodies_of_100_megabytes_take_no_memory()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("DOTNET_GCHeapHardLimit", "0x8000000"));
        var client = await kv.Client();
        var body = new byte[100_000_000];
        Array.Fill(body, (byte)'v');

        for (var round = 0; round < 10; round++)
        {
            try
            {
                var answer = await client.Send(HttpMethod.Put, "/kv/k", KvClient.Json(body));
                Assert.That(answer.Status, Is.EqualTo(413), answer.ToString());
            }
            catch (HttpRequestException)
            {
                // The connection ended while the client was still sending.
            }
        }

        Assert.That(kv.HasExited, Is.False, kv.Error);
        Assert.That((await client.Put("k", "v")).Status, Is.EqualTo(200));
    }
}
