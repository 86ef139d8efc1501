using System.Net.Sockets;
using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

/// <summary>Wrong bodies: the error names the field, and nothing is written.</summary>
internal sealed class BodyTests(Engine engine) : EngineTests(engine)
{
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("{")]
    [TestCase("""{"key":"k","value":"v""")]
    [TestCase("""{"key":"k","value":"v"}}""")]
    [TestCase("""{"key":"k","value":"v"} {"key":"k","value":"v"}""")]
    [TestCase("""{"key":"k","value":"v",}""")]
    [TestCase("""{"key":"k" "value":"v"}""")]
    [TestCase("""{'key':'k','value':'v'}""")]
    [TestCase("""{key:"k",value:"v"}""")]
    [TestCase("""{"key":"k","value":"v"/*comment*/}""")]
    [TestCase("""{"key":"k","value":"\x"}""")]
    [TestCase("""{"key":"k","value":"\u12"}""")]
    [TestCase("{\"key\":\"k\",\"value\":\"line\nbreak\"}")]
    [TestCase("""{"key":"k","value":"v","ttl":01}""")]
    [TestCase("""{"key":"k","value":"v","ttl":NaN}""")]
    [TestCase("key=k&value=v")]
    [TestCase("<kv/>")]
    [TestCase("\ufeff\ufeff{\"key\":\"k\",\"value\":\"v\"}")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("""[{"key":"k","value":"v"}]""")]
    [TestCase("\"key\"")]
    [TestCase("1")]
    [TestCase("true")]
    public async Task A_body_that_is_not_a_JSON_object_is_refused(string body)
    {
        Expect.Problem(await Kv.PostJson(body), 400, "Invalid input", "body");
        Expect.Problem(await Kv.PutJson("k", body), 400, "Invalid input", "body");
        await NothingWasWritten();
    }

    [TestCase("""{"key":"k"}""", "value")]
    [TestCase("""{"key":"k","value":null}""", "value")]
    [TestCase("""{"key":"k","value":1}""", "value")]
    [TestCase("""{"key":"k","value":true}""", "value")]
    [TestCase("""{"key":"k","value":{}}""", "value")]
    [TestCase("""{"key":"k","value":["v"]}""", "value")]
    [TestCase("""{"key":1,"value":"v"}""", "key")]
    [TestCase("""{"key":["k"],"value":"v"}""", "key")]
    [TestCase("""{"key":"k","value":"v","tll":60}""", "tll")]
    [TestCase("""{"key":"k","value":"v","":60}""", "")]
    [TestCase("""{"key":"k","value":"v","value":"w"}""", "value")]
    [TestCase("""{"key":"k","Key":"l","value":"v"}""", "key")]
    [TestCase("""{"key":"k","value":"v","ttl":1,"ttl":2}""", "ttl")]
    public async Task A_wrong_member_is_named(string body, string field)
    {
        Expect.Problem(await Kv.PostJson(body), 400, "Invalid input", field);
        Expect.Problem(await Kv.PutJson("k", body), 400, "Invalid input", field);
        await NothingWasWritten();
    }

    [TestCase("a.b")]
    [TestCase("a[0]")]
    [TestCase("$")]
    [TestCase("$.value")]
    [TestCase("__proto__")]
    [TestCase(
        "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a")]
    [TestCase("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [TestCase("\\u0000")]
    [TestCase("\\ud800")]
    [TestCase("{0}")]
    public async Task An_unknown_member_of_any_name_is_refused(string name)
    {
        Expect.Problem(await Kv.PostJson($$"""{"key":"k","value":"v","{{name}}":1}"""), 400, "Invalid input");
        await NothingWasWritten();
    }

    [Test]
    public async Task A_very_long_unknown_member_is_not_echoed_whole()
    {
        var answer = await Kv.PostJson($$"""{"key":"k","value":"v","{{new string('x', 1_000_000)}}":1}""");

        Expect.Problem(answer, 400, "Invalid input");
        Assert.That(answer.Body, Has.Length.LessThan(10_000));
    }

    [TestCase("""{"value":"v"}""")]
    [TestCase("""{"key":"","value":"v"}""")]
    [TestCase("""{"key":null,"value":"v"}""")]
    public async Task A_body_without_a_key_says_that_it_must_not_be_empty(string body)
    {
        Expect.Problem(await Kv.PostJson(body), 400, "Key must not be empty", "key");
        await NothingWasWritten();
    }

    [TestCase("\\ud800")]
    [TestCase("\\udc00")]
    [TestCase("\\udc00\\ud800")]
    [TestCase("x\\ud83c")]
    public async Task A_lone_surrogate_is_refused(string text)
    {
        Expect.Problem(await Kv.PostJson($$"""{"key":"k","value":"{{text}}"}"""), 400, "Invalid input", "value", "Unicode");
        Expect.Problem(await Kv.PostJson($$"""{"key":"{{text}}","value":"v"}"""), 400, "Invalid input", "key", "Unicode");
        await NothingWasWritten();
    }

    [TestCase(new byte[] { 0xff })]
    [TestCase(new byte[] { 0xc3 })]
    [TestCase(new byte[] { 0xc0, 0xaf })]
    [TestCase(new byte[] { 0xed, 0xa0, 0x80 })]
    [TestCase(new byte[] { 0xf5, 0x80, 0x80, 0x80 })]
    public async Task Bytes_that_are_not_UTF_8_are_refused(byte[] text)
    {
        Expect.Problem(await Post([.. """{"key":"k","value":" """u8, .. text, .. "\"}"u8]), 400, "Invalid input");
        Expect.Problem(await Post([.. """{"value":"v","key":" """u8, .. text, .. "\"}"u8]), 400, "Invalid input");
        Expect.Problem(await Post([.. """{"key":"k","value":"v"," """u8, .. text, .. "\":1}"u8]), 400, "Invalid input");
        Expect.Problem(await Post(text), 400, "Invalid input");
        await NothingWasWritten();

        Task<Answer> Post(byte[] body) => Kv.Send(HttpMethod.Post, "/kv", KvClient.Json(body));
    }

    [Test]
    public async Task Json_in_another_encoding_is_refused()
    {
        var content = KvClient.Json(Encoding.Unicode.GetBytes("""{"key":"k","value":"v"}"""));

        Expect.Problem(await Kv.Send(HttpMethod.Post, "/kv", content), 400, "Invalid input");
        await NothingWasWritten();
    }

    [TestCase("expire_at")]
    [TestCase("value")]
    [TestCase("unknown")]
    public async Task Deeply_nested_JSON_is_refused(string member)
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);

        Expect.Problem(await Kv.PostJson($$"""{"key":"k","{{member}}":{{deep}}}"""), 400, "Invalid input");
        Expect.Problem(await Kv.PostJson(deep), 400, "Invalid input");
        await NothingWasWritten();
    }

    [TestCase(null)]
    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("application/xml")]
    [TestCase("application/jsonp")]
    [TestCase("application/json; charset=iso-8859-1")]
    [TestCase("nonsense")]
    public async Task A_content_type_that_is_not_json_is_415(string? contentType)
    {
        var content = new ByteArrayContent("""{"key":"k","value":"v"}"""u8.ToArray());
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        Expect.Problem(await Kv.Send(HttpMethod.Post, "/kv", content), 415, "Invalid input");
        await NothingWasWritten();
    }

    [TestCase("/kv", "{\"key\":\"k\",\n \"value\":\"v\" \"ttl\":1}", "The body is not valid JSON (line 2, byte 14)")]
    [TestCase("/bulk", "[{\"op\":\"get\",\n\"key\" \"k\"}]", "The body is not valid JSON (line 2, byte 7)")]
    [TestCase("/kv", "{\"key\":\"k\",", "The body is not valid JSON (line 1, byte 11)")]
    public async Task A_mistake_in_JSON_is_reported_with_its_position(string path, string body, string expected) =>
        Expect.Problem(await Kv.Send(HttpMethod.Post, path, body), 400, "Invalid input", "body", expected);

    [Test]
    public async Task A_body_with_too_many_levels_is_400_and_the_limit_is_named() => Expect.Problem(
        await Kv.Send(HttpMethod.Post, "/kv", $$"""{"key":"k","value":{{new string('[', 32)}}"""), 400,
        "Invalid input", "body", "The body is nested too deep (max 32 levels) (line 1, byte 51)");

    [TestCase("Content-Length: 100", """{"key":"k","value":"v"}""")]
    [TestCase("Transfer-Encoding: chunked", "17\r\n{\"key\":\"k\",\"value\":\"v\"}\r\n")]
    public async Task A_body_that_breaks_off_writes_nothing(string framing, string body)
    {
        var head = RawHttp.Request("POST", "/kv", Kv, null, "Content-Type: application/json", framing);

        // The server treats this as a closed connection and answers nothing.
        Assert.That(
            () => RawHttp.Send(Host.Address, [.. head, .. Encoding.Latin1.GetBytes(body)], thenEnd: true),
            Throws.InstanceOf<SocketException>().Or.InstanceOf<InvalidOperationException>());

        await NothingWasWritten();
    }

    [TestCase("Content-Length: -1")]
    [TestCase("Content-Length: x")]
    [TestCase("Content-Length: 99999999999999999999")]
    [TestCase("Content-Length: 5\r\nContent-Length: 6")]
    [TestCase("Transfer-Encoding: nonsense")]
    public async Task A_body_with_an_ambiguous_length_is_refused(string framing)
    {
        var head = RawHttp.Request("POST", "/kv", Kv, null, "Content-Type: application/json", framing);

        var answer = await RawHttp.Send(Host.Address, [.. head, .. """{"key":"k","value":"v"}"""u8]);

        Assert.That(answer.Status, Is.InRange(400, 499), answer.ToString());
        Expect.NothingOfTheInside(answer);
        await NothingWasWritten();
    }

    [Test]
    public async Task Several_mistakes_are_reported_at_once()
    {
        var answer = await Kv.PostJson($$"""{"key":"{{new string('k', 101)}}","value":"v","ttl":-1}""");

        Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
        Assert.That(Expect.Members(answer.Json.GetProperty("errors")), Is.EquivalentTo(new[] { "key", "ttl" }));
        Assert.That(answer.Json.GetProperty("error").GetString(), Is.EqualTo("Key too long (max 100 characters)"));
    }

    private async Task NothingWasWritten() =>
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404), "nothing was written");
}
