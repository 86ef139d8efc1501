using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>Receivers whose certificates a private authority signed.</summary>
internal sealed class PrivateAuthorityTests
{
    [TestCase(Engine.Etcd)]
    [TestCase(Engine.Embedded)]
    public async Task WEBHOOK_CA_FILE_names_the_authority(Engine engine)
    {
        if (engine == Engine.Etcd)
            RequiresEtcd.Check();
        using var certificates = TestCertificates.Create();
        using var certificate = certificates.LoadServer();
        await using var receiver = WebhookReceiver.Start(certificate: certificate);
        await using var host = await KvHost.Start(engine, ("WEBHOOK_CA_FILE", certificates.CaFile));
        var kv = host.NewTenant();
        await kv.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","endpoint":"{{receiver.Uri}}"}""");

        await kv.Put("k", "v");

        await Eventually.Holds(() => receiver.RequestCount == 1, "the webhook is called");
    }
}
