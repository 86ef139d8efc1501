using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Access;

/// <summary>What a page can do to Kv that somebody has open in a browser from which Kv can be reached.</summary>
internal sealed partial class BrowserTests(Engine engine) : EngineTests(engine)
{
    private const string Elsewhere = "https://elsewhere.example";

    [Test]
    public async Task The_pages_that_Kv_has_load_and_ask_nothing_but_Kv()
    {
        var page = await Kv.Send(HttpMethod.Get, "/swagger/index.html");

        Assert.That(page.Status, Is.EqualTo(200));
        Assert.That(
            page.Header("Content-Security-Policy"),
            Does.Contain("default-src 'none'").And.Contain("script-src 'self';").And.Contain("connect-src 'self';")
                .And.Contain("frame-ancestors 'none'"));
        Assert.That(page.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        // So the policy lets the page do what it does: none of its scripts stands within it, or comes from elsewhere.
        var scripts = Scripts().Matches(page.Body)
            .Select(script => (Source: script.Groups["source"].Value, Within: script.Groups["within"].Value)).ToArray();
        Assert.That(scripts, Has.Length.GreaterThan(1));
        foreach (var (source, within) in scripts)
        {
            Assert.That(within.Trim(), Is.Empty);
            Assert.That(
                (await Kv.Send(HttpMethod.Get, $"/swagger/{source.TrimStart('.', '/')}")).Status, Is.EqualTo(200),
                source);
        }
    }

    [TestCase("/kv/k")]
    [TestCase("/bulk")]
    [TestCase("/webhooks")]
    [TestCase("/import")]
    public async Task A_page_from_elsewhere_is_not_let_in_when_a_browser_asks_for_it(string path)
    {
        var asked = await Kv.With(
            HttpMethod.Options, path, null, ("Origin", Elsewhere), ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type"));
        var read = await Kv.With(HttpMethod.Get, "/kv/k", null, ("Origin", Elsewhere));

        Assert.That(asked.Status, Is.GreaterThanOrEqualTo(400));
        foreach (var answer in new[] { asked, read })
            Assert.That(answer.Header("Access-Control-Allow-Origin"), Is.Null);
    }

    // What a browser sends without asking first (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
    [Test]
    public async Task What_a_page_from_elsewhere_can_send_unasked_changes_nothing(
        [Values(
            "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")] string contentType,
        [Values("/kv", "/bulk", "/txn", "/import", "/webhooks")] string path)
    {
        var body = new ByteArrayContent(path == "/bulk"
            ? """[{"op":"set","key":"k","value":"v"}]"""u8.ToArray()
            : """{"key":"k","value":"v","event":"*","endpoint":"http://127.0.0.1:1/","success":[{"op":"set","key":"k","value":"v"}]}"""u8.ToArray());
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);

        Expect.Problem(await Kv.With(HttpMethod.Post, path, body, ("Origin", Elsewhere)), 415, null);

        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
        Assert.That((await Kv.Send(HttpMethod.Get, "/webhooks")).Json.GetArrayLength(), Is.Zero);
    }

    [GeneratedRegex("""<script(?:[^>]*?src="(?<source>[^"]*)")?[^>]*>(?<within>.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Scripts();
}
