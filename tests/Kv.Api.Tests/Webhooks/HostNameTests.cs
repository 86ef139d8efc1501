using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Webhooks;

/// <summary>How an endpoint names its host.</summary>
internal sealed class HostNameTests(Engine engine) : EngineTests(engine)
{
    [TestCase("http://b\u00fccher.example/")]
    [TestCase("http://bu\u0308cher.example/")]
    [TestCase("http://\uff41.example:81/")]
    [TestCase("http://example\uff0ecom/")]
    [TestCase("http://example\u3002com/")]
    [TestCase("http://127\uff0e0\uff0e0\uff0e1/")]
    [TestCase("http://\uff11\uff12\uff17.0.0.1/")]
    [TestCase("http://ex\u00adample.com/")]
    [TestCase("http://ex\u200bample.com/")]
    [TestCase("http://xn--a-\u00fc.example/")]
    [TestCase("http://user:password@b\u00fccher.example/")]
    public async Task A_name_that_could_lead_to_several_hosts_is_refused(string endpoint) =>
        Expect.Problem(await Register(endpoint), 400, null, "endpoint", "xn--");

    [TestCase("http://b%C3%BCcher.example/")]
    [TestCase("http://bu%CC%88cher.example/")]
    [TestCase("http://ex%61mple.com/")]
    [TestCase("http://127%2E0.0.1/")]
    public async Task A_percent_encoded_name_is_refused(string endpoint) => Expect.Problem(
        await Register(endpoint), 400, "Endpoint must be an absolute http or https URL", "endpoint", "percent-encoded");

    [TestCase("http://xn--bcher-kva.example/")]
    [TestCase("http://example.com/b\u00fccher")]
    public async Task An_ASCII_name_is_accepted(string endpoint) =>
        Assert.That((await Register(endpoint)).Status, Is.EqualTo(201));

    private Task<Answer> Register(string endpoint) =>
        Kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{endpoint}}"}""");
}
