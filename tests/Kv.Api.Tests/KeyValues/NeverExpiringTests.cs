using System.Net.Http.Headers;
using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Where keys expire by default, <c>"ttl":"never"</c> says everywhere that one does not.</summary>
internal sealed class NeverExpiringTests(Engine engine) : EngineTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [("DEFAULT_TTL_SECONDS", "500")];

    [Test]
    public async Task Every_call_that_writes_a_key_accepts_never()
    {
        Answer[] answers =
        [
            await Kv.PostJson("""{"key":"post","value":"v","ttl":"never"}"""),
            await Kv.PutJson("put", """{"value":"v","ttl":"never"}"""),
            await Kv.With(HttpMethod.Put, "/kv/raw", KvClient.Bytes([1], "image/png"), ("KV-TTL", "never")),
            await Kv.Send(HttpMethod.Post, "/bulk", """[{"op":"set","key":"bulk","value":"v","ttl":"never"}]"""),
            await Kv.Send(HttpMethod.Post, "/txn", """{"success":[{"op":"set","key":"txn","value":"v","ttl":"never"}]}"""),
            await Import("""{"key":"import","value":"v","ttl":"never"}"""),
        ];
        await Kv.Put("patch", "v");
        var patch = await Kv.Send(HttpMethod.Patch, "/kv/patch", """{"ttl":"never"}""");

        Assert.That(answers.Append(patch).Select(answer => answer.Status), Has.All.InRange(200, 201));
        var keys = (await Kv.List("")).Json.EnumerateArray().ToArray();
        Assert.That(keys, Has.Length.EqualTo(7));
        Assert.That(keys.Select(key => key.GetProperty("ttl").ToString()), Has.All.Empty);
    }

    [Test]
    public async Task An_export_is_imported_unchanged()
    {
        await Kv.PutJson("never", """{"value":"v","ttl":"never"}""");
        await Kv.Put("default", "v");
        await Kv.Put("longest", "v", 31_536_000);
        var export = await Kv.Send(HttpMethod.Get, "/export");
        var other = Host.NewTenant();

        var import = await Import(export.Body, other);

        Assert.That(import.Body, Does.Contain("\"written\":3"), import.ToString());
        Assert.That((await other.Send(HttpMethod.Get, "/export")).Body, Is.EqualTo(export.Body));
        Assert.That((await other.Get("never")).Json.GetProperty("ttl").ToString(), Is.Empty);
        Assert.That((await other.Get("default")).Json.GetProperty("ttl").GetInt64(), Is.InRange(1, 500));
    }

    [Test]
    public async Task Null_and_an_absent_ttl_take_the_default()
    {
        await Kv.PutJson("put", """{"value":"v","ttl":null}""");
        await Kv.Send(HttpMethod.Post, "/bulk", """[{"op":"set","key":"bulk","value":"v","ttl":null}]""");
        await Import("""{"key":"import","value":"v","ttl":null,"expire_at":null}""");

        var keys = (await Kv.List("")).Json.EnumerateArray().ToArray();
        Assert.That(keys.Select(key => key.GetProperty("ttl").GetInt64()), Has.Exactly(3).InRange(1, 500));
    }

    [TestCase("\"ever\"")]
    [TestCase("\"Never\"")]
    [TestCase("\"\"")]
    public async Task Another_word_is_refused_and_the_error_names_never(string ttl)
    {
        Expect.Problem(await Kv.PutJson("k", $$"""{"value":"v","ttl":{{ttl}}}"""), 400, null, "ttl", "\"never\"");
        Expect.Problem(
            await Kv.Send(HttpMethod.Post, "/bulk", $$"""[{"op":"set","key":"k","value":"v","ttl":{{ttl}}}]"""),
            400, null, "[0].ttl", "\"never\"");
        Expect.Problem(
            await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes([1], "image/png"), ("KV-TTL", ttl)), 400, null,
            "KV-TTL", "\"never\"");
    }

    private Task<Answer> Import(string lines, KvClient? kv = null)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(lines));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return (kv ?? Kv).With(HttpMethod.Post, "/import", content);
    }
}
