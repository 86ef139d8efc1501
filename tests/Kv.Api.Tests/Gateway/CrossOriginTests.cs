using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Gateway;

/// <summary>The access that a real browser gives to pages of the origins in CORS_ORIGINS.</summary>
internal sealed class CrossOriginTests : BrowserTest
{
    [Test]
    public async Task A_page_of_an_allowed_origin_reads_writes_and_sees_headers_and_errors()
    {
        await using var kv = await Start(Elsewhere.Uri);
        await Page.Go(Elsewhere.Uri);

        Assert.That(
            await Call(
                kv, "/kv/k",
                "{ method: 'PUT', headers: { 'Content-Type': 'application/json', 'KV-Namespace': 'n' }, body: "
                    + "'{\"value\":\"v\"}' }"),
            Does.StartWith("200 "));
        Assert.That(
            await Call(kv, "/kv/k", "{ headers: { 'KV-Namespace': 'n' } }"),
            Does.Match("^200 .*\"value\":\"v\".* etag \"[0-9]+\"$"));
        Assert.That(await Call(kv, "/kv/missing", "{}"), Does.StartWith("404 ").And.Contain("Key not found"));
        Assert.That(await Call(kv, "/kv?limit=0", "{}"), Does.StartWith("400 "));
    }

    [Test]
    public async Task A_page_of_another_origin_reads_nothing()
    {
        await using var kv = await Start(new Uri("https://app.example.com"));
        await Page.Go(Elsewhere.Uri);

        Assert.That(await Call(kv, "/kv/k", "{}"), Does.StartWith("TypeError"));
    }

    [Test]
    public async Task An_EventSource_gets_the_events_of_the_tenant_in_its_query_and_no_empty_message()
    {
        await using var kv = await Start(Elsewhere.Uri);
        var tenant = kv.NewTenant();
        await Page.Go(Elsewhere.Uri);
        await Page.Evaluate<object>(
            $$"""
            window.heard = [];
            window.source = new EventSource('{{kv.Address}}watch?namespace={{tenant.Namespace}}&app={{tenant.AppName}}');
            source.onmessage = message => heard.push('message ' + message.data);
            source.addEventListener('create', event => heard.push('create ' + JSON.parse(event.data).key));
            source.addEventListener('position', event => window.position = event.lastEventId);
            undefined
            """);
        await Page.Until("window.position !== undefined");

        await tenant.Put("k", "v");

        await Page.Until("heard.length > 0");
        Assert.That(await Page.Evaluate<string[]>("heard"), Is.EqualTo(new[] { "create k" }));
    }

    private static Task<KvHost> Start(Uri origin) => KvHost.Start(
        Engine.Embedded, ("CORS_ORIGINS", origin.GetLeftPart(UriPartial.Authority)), ("WATCH_HEARTBEAT_SECONDS", "1"));

    private Task<string?> Call(KvHost kv, string path, string request) => Page.Evaluate<string>(
        $$"""
        fetch('{{new Uri(kv.Address, path)}}', {{request}}).then(
            async answer => answer.status + ' ' + await answer.text() + ' etag ' + answer.headers.get('ETag'),
            error => String(error))
        """);
}
