using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>The content type of a body decides how Kv reads it.</summary>
internal sealed class BodyTypeTests(Engine engine) : EngineTests(engine)
{
    private const string Wrapped = """{"value":"v","ttl":60}""";

    [TestCase("text/plain")]
    [TestCase("text/plain; charset=utf-8")]
    [TestCase("text/json")]
    [TestCase("application/vnd.example+json")]
    public async Task The_JSON_of_the_call_under_another_type_is_refused_unless_raw_insists(string type)
    {
        var refused = await Put("/kv/k", Wrapped, type);
        Expect.Problem(refused, 415, "Invalid input");
        Assert.That(
            refused.Json.GetProperty("detail").GetString(), Does.Contain("application/json").And.Contain("?raw"));
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));

        Assert.That((await Put("/kv/k?raw", Wrapped, type)).Status, Is.EqualTo(200));
        var read = await Kv.Send(HttpMethod.Get, "/kv/k?raw");
        Assert.That((read.Body, read.Headers["Content-Type"].Single()), Is.EqualTo((Wrapped, type)));
    }

    [TestCase("plain text")]
    [TestCase("""{"name":"Ada"}""")]
    [TestCase("""{"value":1,"unit":"kg"}""")]
    [TestCase("""{"value":"v" """)]
    [TestCase("""[{"value":"v"}]""")]
    public async Task Other_text_is_a_value(string text)
    {
        Assert.That((await Put("/kv/k", text, "text/plain")).Status, Is.EqualTo(200));
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo(text));
    }

    [Test]
    public async Task JSON_itself_is_a_value_with_raw()
    {
        Assert.That((await Put("/kv/k?raw=true", """{"a":1}""", "application/json")).Status, Is.EqualTo(200));

        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/k?raw")).Body, Is.EqualTo("""{"a":1}"""));
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("""{"a":1}"""));
        Assert.That(
            (await Kv.Send(HttpMethod.Get, "/kv/k?raw=false")).Json.GetProperty("key").GetString(), Is.EqualTo("k"));
    }

    [Test]
    public async Task A_compressed_body_is_refused_with_the_accepted_encodings()
    {
        var content = KvClient.Json(Encoding.UTF8.GetBytes(Wrapped));
        content.Headers.ContentEncoding.Add("gzip");

        var answer = await Kv.With(HttpMethod.Put, "/kv/k", content);

        Expect.Problem(answer, 415, "Invalid input");
        Assert.That(answer.Header("Accept-Encoding"), Is.EqualTo("identity"));
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_part_of_a_body_is_refused()
    {
        var content = KvClient.Bytes([1, 2], "image/png");
        content.Headers.TryAddWithoutValidation("Content-Range", "bytes 0-1/4");

        Expect.Problem(await Kv.With(HttpMethod.Put, "/kv/k", content), 400, "Invalid input");

        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task The_answer_of_a_read_can_be_sent_back()
    {
        var bytes = await Kv.With(
            HttpMethod.Put, "/kv/bytes", KvClient.Bytes([0xFF, 0x00], "image/png"), ("KV-TTL", "60"));
        await Kv.Put("text", "v");

        Assert.That(bytes.Json.GetProperty("value").GetString(), Is.EqualTo("/wA="));
        Assert.That(bytes.Json.GetProperty("encoding").GetString(), Is.EqualTo("base64"));
        foreach (var key in new[] { "bytes", "text" })
        {
            var read = await Kv.Get(key);
            var put = await Kv.PutJson(key, read.Body);
            Assert.That(put.Status, Is.EqualTo(200), put.ToString());
            var again = (await Kv.Get(key)).Json;
            Assert.That(again.GetProperty("value").GetString(), Is.EqualTo(read.Json.GetProperty("value").GetString()));
            Assert.That(again.TryGetProperty("encoding", out _), Is.EqualTo(key == "bytes"));
            Assert.That((await Kv.PostJson(read.Body)).Status, Is.EqualTo(201));
        }
    }

    [TestCase("""{"value":"!","encoding":"base64"}""", "value")]
    [TestCase("""{"value":"v","encoding":"hex"}""", "encoding")]
    public async Task A_value_that_contradicts_its_encoding_is_refused(string body, string field) =>
        Expect.Problem(await Kv.PutJson("k", body), 400, "Invalid input", field);

    private Task<Answer> Put(string path, string body, string type) =>
        Kv.With(HttpMethod.Put, path, KvClient.Bytes(Encoding.UTF8.GetBytes(body), type));
}
