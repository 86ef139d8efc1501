using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

internal sealed class SetTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Post_answers_201_with_key_and_value_alone_when_the_key_does_not_expire()
    {
        var answer = await Kv.Post("user:42", "Ada");

        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.Body, Is.EqualTo("""{"key":"user:42","value":"Ada"}"""));
    }

    [Test]
    public async Task Post_answers_ttl_and_expire_at_when_the_key_expires()
    {
        var answer = await Kv.Post("k", "v", 60);

        Assert.That(answer.Status, Is.EqualTo(201));
        Assert.That(Expect.Members(answer.Json), Is.EqualTo(new[] { "key", "value", "ttl", "expire_at" }));
        Assert.That(answer.Json.GetProperty("ttl").GetInt64(), Is.EqualTo(60));
        Assert.That(answer.Json.GetProperty("expire_at").GetInt64(), Is.GreaterThan(1_700_000_000));
    }

    [Test]
    public async Task Post_sets_a_key_that_exists()
    {
        await Kv.Post("k", "one");

        var answer = await Kv.Post("k", "two");

        Assert.That(answer.Status, Is.EqualTo(201));
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("two"));
    }

    [Test]
    public async Task Put_answers_200_with_key_and_value_alone_when_the_key_does_not_expire()
    {
        var answer = await Kv.Put("user:42", "Ada");

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.Body, Is.EqualTo("""{"key":"user:42","value":"Ada"}"""));
    }

    [Test]
    public async Task Put_answers_ttl_and_expire_at_when_the_key_expires()
    {
        var answer = await Kv.Put("k", "v", 60);

        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(Expect.Members(answer.Json), Is.EqualTo(new[] { "key", "value", "ttl", "expire_at" }));
        Assert.That(answer.Json.GetProperty("ttl").GetInt64(), Is.EqualTo(60));
    }

    [Test]
    public async Task Put_sets_a_key_that_exists()
    {
        await Kv.Put("k", "one");
        await Kv.Put("k", "two");

        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("two"));
    }

    [Test]
    public async Task Put_accepts_the_body_of_a_get()
    {
        await Kv.Put("k", "v", 600);
        var read = await Kv.Get("k");

        var answer = await Kv.PutJson("k", read.Body);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("v"));
    }

    [Test]
    public async Task Names_of_members_are_read_in_any_letter_case()
    {
        var answer = await Kv.PostJson("""{"Key":"k","VALUE":"v","Ttl":60}""");

        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        Assert.That((await Kv.Get("k")).Json.GetProperty("ttl").GetInt64(), Is.InRange(0, 60));
    }

    [TestCase("application/json; charset=utf-8")]
    [TestCase("Application/JSON")]
    public async Task Any_spelling_of_the_JSON_content_type_is_accepted(string contentType)
    {
        var content = KvClient.Json("""{"key":"k","value":"v"}"""u8.ToArray());
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        var answer = await Kv.Send(HttpMethod.Post, "/kv", content);

        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
    }

    [Test]
    public async Task An_empty_value_is_a_value()
    {
        await Kv.Post("k", "");

        Assert.That((await Kv.Get("k")).Body, Is.EqualTo("""{"key":"k","value":"","ttl":null,"expire_at":null}"""));
    }

    [TestCase("\"\\/\b\f\n\r\t")]
    [TestCase("\0 and other control characters")]
    [TestCase("<script>alert('&')</script>")]
    [TestCase("grüße 世界 שלום 🎉 e\u0301 \u2028")]
    [TestCase("{\"json\":[1,2]}")]
    public async Task A_value_is_read_unchanged(string value)
    {
        await Kv.Post("k", value);

        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo(value));
    }

    [Test]
    public async Task An_escaped_value_is_the_text_that_it_spells()
    {
        await Kv.PostJson("""{"key":"\u006b","value":"\u0041\ud83c\udf89\n\/"}""");

        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("A🎉\n/"));
    }

    [Test]
    public async Task Text_beyond_ASCII_is_answered_without_escapes()
    {
        await Kv.Post("ключ", "世界<>&'");

        Assert.That((await Kv.Get("ключ")).Body, Does.StartWith("""{"key":"ключ","value":"世界<>&'","""));
    }

    [TestCase("a")]
    [TestCase("é")]
    [TestCase("世")]
    [TestCase("🎉")]
    public async Task A_value_of_one_mebibyte_of_UTF_8_is_accepted_and_one_byte_more_is_not(string character)
    {
        var bytes = Encoding.UTF8.GetByteCount(character);
        var largest = string.Concat(Enumerable.Repeat(character, 1_048_576 / bytes)) + new string(
            'x', 1_048_576 % bytes);

        var taken = await Kv.Put("k", largest);
        var refused = await Kv.Put("k", largest + "x");

        Assert.That(taken.Status, Is.EqualTo(200), taken.ToString());
        Expect.Problem(refused, 400, "Value too large (max 1048576 bytes)", "value", "1048576");
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo(largest));
    }

    [TestCase("\\u0061", 1)]
    [TestCase("\\ud83c\\udf89", 4)]
    [TestCase("\\n", 1)]
    public async Task Escapes_do_not_count_against_the_size_of_a_value(string escape, int bytes)
    {
        var largest = string.Concat(Enumerable.Repeat(escape, 1_048_576 / bytes));

        var taken = await Kv.PostJson($$"""{"key":"k","value":"{{largest}}"}""");
        var refused = await Kv.PostJson($$"""{"key":"k","value":"{{largest}}{{escape}}"}""");

        Assert.That(taken.Status, Is.EqualTo(201), taken.ToString());
        Expect.Problem(refused, 400, "Value too large (max 1048576 bytes)", "value");
    }

    [TestCase("k")]
    [TestCase("é")]
    [TestCase("🎉")]
    public async Task A_key_of_100_characters_is_accepted_and_one_of_101_is_not(string character)
    {
        var longest = string.Concat(Enumerable.Repeat(character, 100));

        Assert.That((await Kv.Post(longest, "v")).Status, Is.EqualTo(201));
        Assert.That((await Kv.Get(longest)).Status, Is.EqualTo(200));
        Expect.Problem(await Kv.Post(longest + "x", "v"), 400, "Key too long (max 100 characters)", "key", "100");
        Expect.Problem(await Kv.Put(longest + "x", "v"), 400, "Key too long (max 100 characters)", "key", "100");
        Expect.Problem(await Kv.Get(longest + "x"), 400, "Key too long (max 100 characters)", "key", "100");
        Expect.Problem(await Kv.Delete(longest + "x"), 400, "Key too long (max 100 characters)", "key", "100");
        Assert.That((await Kv.List("")).Json.GetArrayLength(), Is.EqualTo(1));
    }
}
