using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Access;

/// <summary>The limits that a real browser sets to a page of another site and to a page stored in Kv.</summary>
internal sealed class ForeignPageTests : BrowserTest
{
    [TestCase("/kv/{0}")]
    [TestCase("/swagger/v1/swagger.json")]
    [TestCase("/readyz")]
    public async Task It_reads_no_answer(string path)
    {
        var key = KvHost.Unique("read-");
        await Kv.Put(key, "v");
        var address = new Uri(Host.Address, string.Format(null, path, key));
        await Page.Go(Elsewhere.Uri);

        Assert.That(await Fetch(address, "{}"), Does.StartWith("TypeError"));
        Assert.That(Page.Complaints, Has.Some.Contains("CORS policy"));
        // Kv is reachable: the browser sends a request whose answer the page does not read.
        Assert.That(await Fetch(address, "{ mode: 'no-cors' }"), Is.EqualTo("opaque 0 "));
    }

    [TestCase("{ method: 'PUT', body: '{\"value\":\"v\"}', headers: { 'Content-Type': 'application/json' } }")]
    [TestCase("{ method: 'PUT', body: 'v' }")]
    [TestCase("{ method: 'DELETE' }")]
    public async Task It_changes_nothing(string request)
    {
        var key = KvHost.Unique("changed-");
        await Kv.Put(key, "as it was");
        await Page.Go(Elsewhere.Uri);

        Assert.That(await Fetch(new Uri(Host.Address, $"/kv/{key}"), request), Does.StartWith("TypeError"));
        Assert.That((await Kv.Get(key)).Json.GetProperty("value").GetString(), Is.EqualTo("as it was"));
    }

    [Test]
    public async Task It_cannot_frame_a_page_of_Kv()
    {
        await Page.Go(Elsewhere.Uri);

        await Frame(Elsewhere.Uri);
        await Frame(new Uri(Host.Address, "/swagger/index.html"));

        Assert.That(
            await Page.Frames(), Is.EqualTo(new[] { Elsewhere.Uri.ToString(), "chrome-error://chromewebdata/" }));
        Assert.That(Page.Complaints, Has.Some.Contains("frame-ancestors 'none'"));
    }

    [Test]
    public async Task A_stored_page_runs_no_script()
    {
        var key = KvHost.Unique("page-");
        await Kv.With(
            HttpMethod.Put, KvClient.PathOf(key),
            KvClient.Bytes(
                "<title>Stored</title><script>document.title = 'It runs'</script>"u8.ToArray(), "text/html"));

        await Page.Go(new Uri(Host.Address, $"/kv/{key}"));

        Assert.That(await Page.Evaluate<string>("document.title"), Is.EqualTo("Stored"));
        Assert.That(await Page.Evaluate<string>("origin"), Is.EqualTo("null"));
        Assert.That(Page.Complaints, Has.Some.Contains("sandboxed"));
    }

    // The result that a script of the page gets: the start of the answer, or the error.
    private Task<string?> Fetch(Uri address, string request) => Page.Evaluate<string>(
        $"fetch('{address}', {request}).then("
        + "async answer => `${answer.type} ${answer.status} ${(await answer.text()).slice(0, 100)}`, String)");

    private Task<bool> Frame(Uri address) => Page.Evaluate<bool>(
        $$"""
        new Promise(done => document.body.append(
            Object.assign(document.createElement('iframe'), { src: '{{address}}', onload: () => done(true) })))
        """);
}
