using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>A key may hold any character, and keeps its meaning on its way through a URL.</summary>
internal sealed class KeyPathTests(Engine engine) : EngineTests(engine)
{
    private static readonly string[] Keys =
    [
        "plain", "a/b", "a/b/", "/a", "/", "//", "a//b", "a/../b", "../a", "..", ".", "a/./b", "%2F", "%252F", "%",
        "100%", "%zz",
        "a b", " ", " a ", "+", "a+b", "?", "a?b=c", "#", "a#b", "&=;:@$,!'()[]{}|\\^`~", "\"quoted\"", "<tag>",
        "*a", "a*b",
        "🎉", "👩‍👩‍👧", "שלום", "مرحبا", "\u202eabc", "e\u0301", "é", "𝒳", "\uffff", "\u00a0", "世界", "kv", "kv/kv",
        "webhooks/x",
        "locks/x", "null", "swagger",
    ];

    [TestCaseSource(nameof(Keys))]
    public async Task A_key_set_by_post_is_found_by_its_encoded_path(string key)
    {
        Assert.That((await Kv.Post(key, "v")).Status, Is.EqualTo(201));

        var answer = await Kv.Get(key);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Json.GetProperty("key").GetString(), Is.EqualTo(key));
        Assert.That((await Kv.List(key)).Json.GetArrayLength(), Is.EqualTo(1));
    }

    [TestCaseSource(nameof(Keys))]
    public async Task A_key_set_and_deleted_by_its_encoded_path_is_that_key(string key)
    {
        var put = await Kv.Put(key, "v");
        var listed = await Kv.List("");
        var deleted = await Kv.Delete(key);

        Assert.That(put.Json.GetProperty("key").GetString(), Is.EqualTo(key), put.ToString());
        Assert.That(listed.Json.EnumerateArray().Single().GetProperty("key").GetString(), Is.EqualTo(key));
        Assert.That(deleted.Status, Is.EqualTo(204));
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404));
    }

    [TestCase("/kv/a/b", "a/b")]
    [TestCase("/kv/a%2Fb", "a/b")]
    [TestCase("/kv/a%2fb", "a/b")]
    [TestCase("/kv//a", "/a")]
    [TestCase("/kv/a//b", "a//b")]
    [TestCase("/kv/a/b/", "a/b/")]
    [TestCase("/kv/a/../b", "a/../b")]
    [TestCase("/kv/..", "..")]
    [TestCase("/kv/%2e%2e", "..")]
    [TestCase("/kv/../../etc/passwd", "../../etc/passwd")]
    [TestCase("/kv/./a", "./a")]
    [TestCase("/kv/%252F", "%2F")]
    [TestCase("/kv/a+b", "a+b")]
    [TestCase("/kv/a%2Bb", "a+b")]
    [TestCase("/kv/a%20b", "a b")]
    [TestCase("/kv/%61", "a")]
    [TestCase("/kv/a%3Fb", "a?b")]
    [TestCase("/kv/a%23b", "a#b")]
    [TestCase("/kv/a%25", "a%")]
    [TestCase("/kv/a:b;c=d,e@f!$&'()", "a:b;c=d,e@f!$&'()")]
    [TestCase("/kv/%F0%9F%8E%89", "🎉")]
    [TestCase("/kv/KV", "KV")]
    public async Task A_path_means_the_key_that_it_spells(string path, string key)
    {
        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("PUT", path, Kv, """{"value":"v"}"""u8.ToArray()));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Json.GetProperty("key").GetString(), Is.EqualTo(key));
        Assert.That((await Kv.Get(key)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Keys_that_differ_only_in_case_or_in_composition_are_different_keys()
    {
        await Kv.Post("é", "composed");
        await Kv.Post("e\u0301", "combining");
        await Kv.Post("É", "capital");

        Assert.That((await Kv.Get("é")).Json.GetProperty("value").GetString(), Is.EqualTo("composed"));
        Assert.That((await Kv.Get("e\u0301")).Json.GetProperty("value").GetString(), Is.EqualTo("combining"));
        Assert.That((await Kv.Get("É")).Json.GetProperty("value").GetString(), Is.EqualTo("capital"));
    }

    [TestCase("/x/../kv/secret")]
    [TestCase("/%6Bv/secret")]
    [TestCase("/KV/secret")]
    public async Task Another_spelling_of_the_route_reaches_no_key(string path)
    {
        await Kv.Post("secret", "v");

        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("GET", path, Kv));

        Expect.Problem(answer, 404, null);
    }

    [Test]
    public async Task A_target_in_absolute_form_is_the_same_target()
    {
        // RFC 9112, section 3.2.2: a server must accept it.
        await Kv.Post("a/b", "v");

        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("GET", "http://localhost/kv/a%2Fb", Kv, null));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
    }
}
