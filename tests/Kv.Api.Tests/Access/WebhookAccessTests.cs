using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>Webhooks where callers must authenticate.</summary>
internal sealed class WebhookAccessTests(Engine engine) : AccessTest(engine)
{
    protected override (string Name, string? Value)[] Settings => [("AUTH", "apikey")];

    [TestCase("http://127.0.0.1/", "the address is loopback")]
    [TestCase("http://10.0.0.1/", "the address is private")]
    [TestCase("http://[fd00::1]/", "the address is private")]
    [TestCase("http://169.254.169.254/", "the address is link-local")]
    [TestCase("http://8.8.8.8:2379/", "the port is etcd's")]
    public async Task Only_public_addresses_may_be_called_by_default(string endpoint, string rule)
    {
        var kv = await Holder(AccessVerbs.Webhooks);

        Expect.Problem(await Register(kv, endpoint, "{}"), 400, $"The target is not allowed: {rule}", "endpoint");
    }

    [Test]
    public async Task The_header_with_an_API_key_is_reserved_and_Authorization_is_not()
    {
        var kv = await Holder(AccessVerbs.Webhooks);

        Expect.Problem(
            await Register(kv, "http://example.com/", """{"x-api-key":"a"}"""), 400, "Header 'x-api-key' is reserved", "headers");
        Assert.That((await Register(kv, "http://example.com/", """{"Authorization":"a"}""")).Status, Is.EqualTo(201));
    }

    private static Task<Answer> Register(KvClient kv, string endpoint, string headers) => kv.Send(
        HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"{{endpoint}}","headers":{{headers}}}""");
}
