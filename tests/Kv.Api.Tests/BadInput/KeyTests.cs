using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

internal sealed class KeyTests(Engine engine) : EngineTests(engine)
{
    private static readonly byte[] Body = """{"value":"v"}"""u8.ToArray();

    [TestCase("/kv")]
    [TestCase("/kv/")]
    [TestCase("/kv?")]
    [TestCase("/kv/?")]
    public async Task An_empty_key_in_a_path_is_refused(string path)
    {
        Expect.Problem(await Raw("PUT", path, Body), 400, "Key must not be empty", "key");
        Expect.Problem(await Raw("DELETE", path), 400, "Key must not be empty", "key");
        if (path.StartsWith("/kv/", StringComparison.Ordinal))
            Expect.Problem(await Raw("GET", path), 400, "Key must not be empty", "key");
        await NothingWasWritten();
    }

    [TestCase("*")]
    [TestCase("a*")]
    [TestCase("a**")]
    public async Task A_key_that_ends_in_an_asterisk_is_not_written(string key)
    {
        Expect.Problem(await Kv.Post(key, "v"), 400, "Key must not end in '*'", "key");
        Expect.Problem(await Raw("PUT", $"/kv/{key}", Body), 400, "Key must not end in '*'", "key");
        Expect.Problem(
            await Raw("PUT", $"/kv/{key.Replace("*", "%2A", StringComparison.Ordinal)}", Body), 400,
            "Key must not end in '*'", "key");
        await NothingWasWritten();
    }

    [TestCase("\\u0000", "%00")]
    [TestCase("a\\u0000b", "a%00b")]
    [TestCase("\\u0001", "%01")]
    [TestCase("\\n", "%0A")]
    [TestCase("\\r\\n", "%0D%0A")]
    [TestCase("\\t", "%09")]
    [TestCase("\\u007f", "%7F")]
    [TestCase("\\u0085", "%C2%85")]
    public async Task A_key_with_a_control_character_is_not_written(string json, string encoded)
    {
        const string error = "Key must not contain control characters";

        Expect.Problem(await Kv.PostJson($$"""{"key":"{{json}}","value":"v"}"""), 400, error, "key");
        var put = await Raw("PUT", $"/kv/{encoded}", Body);
        if (encoded.Contains("%00", StringComparison.Ordinal))
            // The server itself refuses such a target, without a word.
            Assert.That(put.Status, Is.EqualTo(400));
        else
            Expect.Problem(put, 400, error, "key");
        await NothingWasWritten();
    }

    [TestCase("%")]
    [TestCase("%4")]
    [TestCase("%zz")]
    [TestCase("a%2")]
    [TestCase("%%41")]
    [TestCase("% 41")]
    [TestCase("%u0041")]
    public async Task Bad_percent_encoding_is_refused(string encoded)
    {
        var put = await Raw("PUT", $"/kv/{encoded}", Body);
        var get = await Raw("GET", $"/kv/{encoded}");

        foreach (var answer in new[] { put, get })
        {
            Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
            // An answer of Kestrel itself has no body.
            if (answer.Body.Length > 0)
                Expect.Problem(answer, 400, null, "key", "percent-encoded");
        }
        await NothingWasWritten();
    }

    [TestCase("%FF")]
    [TestCase("%C3")]
    [TestCase("%C0%AF")]
    [TestCase("%ED%A0%80")]
    [TestCase("a%80b")]
    [TestCase("%F5%80%80%80")]
    public async Task Percent_encoded_bytes_that_are_not_utf8_are_refused(string encoded)
    {
        Expect.Problem(await Raw("PUT", $"/kv/{encoded}", Body), 400, null, "key", "UTF-8");
        Expect.Problem(await Raw("GET", $"/kv/{encoded}"), 400, null, "key", "UTF-8");
        Expect.Problem(await Raw("DELETE", $"/kv/{encoded}"), 400, null, "key", "UTF-8");
        await NothingWasWritten();
    }

    [TestCase("\u00ff")]
    [TestCase("\u00c3\u00a9")]
    [TestCase("\0")]
    [TestCase("\u0001")]
    public async Task Bytes_that_may_not_stand_in_a_target_are_refused_by_the_server(string raw)
    {
        var answer = await Raw("PUT", $"/kv/a{raw}b", Body);

        Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
        Expect.NothingOfTheInside(answer);
        await NothingWasWritten();
    }

    [Test]
    public async Task A_target_longer_than_any_key_is_refused()
    {
        var tooLongForAKey = await Raw("GET", $"/kv/{new string('k', 5_000)}");
        var tooLongForALine = await Raw("GET", $"/kv/{new string('k', 50_000)}");

        Expect.Problem(tooLongForAKey, 400, "Key too long (max 100 characters)", "key");
        Assert.That(tooLongForALine.Status, Is.EqualTo(414));
    }

    private Task<Answer> Raw(string method, string path, byte[]? body = null) =>
        RawHttp.Send(Host.Address, RawHttp.Request(method, path, Kv, body));

    private async Task NothingWasWritten() =>
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404), "nothing was written");
}
