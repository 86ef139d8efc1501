using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Answers;

/// <summary>A value that is sent in parts arrives as it was stored, in every kind of answer.</summary>
internal sealed class LargeValueTests(Engine engine) : EngineTests(engine)
{
    // The characters have one to four bytes, so parts end within a character. A binary value is sent as base64.
    private static readonly byte[][] Values =
    [
        [.. Enumerable.Repeat<byte>(1, 50_000)],
        Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("ä€😀\"\\", 9_000))),
        [.. Enumerable.Range(0, 100_000).Select(number => (byte)(number * 7))],
    ];

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task It_is_the_same_in_every_answer(int number)
    {
        var value = Values[number];
        await using var watch = await EventReader.Open(Host, Kv);
        var put = await Kv.Send(HttpMethod.Put, "/kv/k", KvClient.Bytes(value, "application/octet-stream"));
        var bulk = await Kv.Send(HttpMethod.Post, "/bulk", """[{"op":"get","key":"k"},{"op":"get","key":"none"},{"op":"get","key":"k"}]""");
        var transaction = await Kv.Send(HttpMethod.Post, "/txn", """{"success":[{"op":"get","key":"k"},{"op":"get","key":"k"}]}""");
        var history = await Kv.Send(HttpMethod.Get, "/history/k");
        var page = await Kv.Send(HttpMethod.Get, "/kv?limit=5");
        var export = await Kv.Send(HttpMethod.Get, "/export");
        var raw = await Host.Http.SendAsync(Raw());

        Expect(put.Json);
        Expect((await Kv.Get("k")).Json);
        Expect((await Kv.List("k")).Json[0]);
        Expect(bulk.Json.GetProperty("results")[0]);
        Expect(bulk.Json.GetProperty("results")[2]);
        Assert.That(bulk.Json.GetProperty("results")[1].GetProperty("status").GetInt32(), Is.EqualTo(404));
        Expect(transaction.Json.GetProperty("results")[1]);
        Assert.That(transaction.Json.GetProperty("succeeded").GetBoolean(), Is.True);
        Expect(history.Json.GetProperty("items")[0]);
        Expect(page.Json.GetProperty("items")[0]);
        Assert.That(page.Json.GetProperty("revision").GetInt64(), Is.Positive);
        Expect(JsonDocument.Parse(export.Body.Trim()).RootElement);
        Expect((await watch.Take(1))[0].Data);
        Assert.That(await raw.Content.ReadAsByteArrayAsync(), Is.EqualTo(value));

        void Expect(JsonElement json)
        {
            var shown = json.GetProperty("value");
            var isText = !json.TryGetProperty("encoding", out _) && number != 2;
            Assert.That(
                isText ? Encoding.UTF8.GetBytes(shown.GetString()!) : shown.GetBytesFromBase64(), Is.EqualTo(value));
            Assert.That(
                json.TryGetProperty("etag", out _) || json.TryGetProperty("key", out _)
                    || json.TryGetProperty("event", out _), Is.True);
        }

        HttpRequestMessage Raw() => new(HttpMethod.Get, new Uri("/kv/k?raw", UriKind.Relative))
        {
            Headers = { { "KV-Namespace", Kv.Namespace }, { "KV-App-Name", Kv.AppName } },
        };
    }
}
