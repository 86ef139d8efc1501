using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Hosting;

/// <summary>HTTP/2 without TLS, as gateways speak it.</summary>
internal sealed class ClearTextHttp2Tests
{
    [Test]
    public async Task HTTP2_PORT_speaks_HTTP_2_by_prior_knowledge_and_PORT_HTTP_1_1()
    {
        await using var host = await KvHost.Start(Engine.Embedded, ("HTTP2_CLEARTEXT", "true"), ("HTTP2_PORT", "0"));
        var addresses =
            host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        Assert.That(addresses, Has.Length.EqualTo(2));

        foreach (var (address, version) in addresses.Zip([HttpVersion.Version11, HttpVersion.Version20]))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(address), "/kv/a%2F..%2Fb"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var answer = await host.Http.SendAsync(request);

            Assert.That(answer.Version, Is.EqualTo(version));
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("Key not found"));
        }
    }
}
