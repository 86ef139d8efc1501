using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Access;

/// <summary>A foreign page, open in a browser that can reach Kv, cannot read or change data.</summary>
internal sealed partial class BrowserTests(Engine engine) : EngineTests(engine)
{
    private const string Elsewhere = "https://elsewhere.example";

    [Test]
    public async Task The_pages_of_Kv_load_and_send_requests_to_Kv_only()
    {
        var page = await Kv.Send(HttpMethod.Get, "/swagger/index.html");

        Assert.That(page.Status, Is.EqualTo(200));
        Assert.That(
            page.Header("Content-Security-Policy"),
            Does.Contain("default-src 'none'").And.Contain("script-src 'self';").And.Contain("connect-src 'self';")
                .And.Contain("frame-ancestors 'none'"));
        Assert.That(page.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        // So the policy does not break the page: none of its scripts is inline or comes from another origin.
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
    public async Task A_foreign_page_gets_no_CORS_headers(string path)
    {
        var asked = await Kv.With(
            HttpMethod.Options, path, null, ("Origin", Elsewhere), ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type"));
        var read = await Kv.With(HttpMethod.Get, "/kv/k", null, ("Origin", Elsewhere));

        Assert.That(asked.Status, Is.GreaterThanOrEqualTo(400));
        foreach (var answer in new[] { asked, read })
            Assert.That(answer.Header("Access-Control-Allow-Origin"), Is.Null);
    }

    // Content types that a browser sends without a preflight
    // (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
    [Test]
    public async Task A_foreign_page_changes_nothing_by_requests_without_a_preflight(
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
