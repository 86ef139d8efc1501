using Kv.Domain.Webhooks;

namespace Kv.Domain.Tests.Webhooks;

internal sealed class HeaderPolicyTests
{
    private static readonly HeaderPolicy Policy = new("X-Tenant", "X-API-Key");

    [TestCase("host", true)]
    [TestCase("Content-Length", true)]
    [TestCase("TRANSFER-ENCODING", true)]
    [TestCase("Webhook-Anything", true)]
    [TestCase("Proxy-Authorization", true)]
    [TestCase("traceparent", true)]
    [TestCase("x-tenant", true)]
    [TestCase("X-Api-Key", true)]
    [TestCase("X-Tenant-Id", false)]
    [TestCase("Content-Type", false)]
    [TestCase("User-Agent", false)]
    [TestCase("Authorization", false)]
    [TestCase("X-Webhook-Id", false)]
    public void Framing_signature_and_identity_headers_are_reserved(string name, bool isReserved) =>
        Assert.That(Policy.IsReserved(name), Is.EqualTo(isReserved));
}
