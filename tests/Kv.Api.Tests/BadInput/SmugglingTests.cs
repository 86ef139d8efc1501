using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

/// <summary>
/// Requests whose end a gateway and Kv might see in different places (RFC 9112, section 11.2): a body to one would be a
/// request to the other, for any tenant that it names.
/// </summary>
internal sealed class SmugglingTests
{
    [TestCase("Content-Length: 5\r\nContent-Length: 6")]
    [TestCase("Content-Length: 5, 6")]
    [TestCase("Content-Length : 5")]
    [TestCase("Content-Length: 0x5")]
    [TestCase("Content-Length: 5\r\n 6")]
    [TestCase("Transfer-Encoding: gzip")]
    [TestCase("Transfer-Encoding: chunked, gzip")]
    [TestCase("Transfer-Encoding : chunked")]
    [TestCase("Transfer-Encoding: xchunked")]
    public async Task A_request_with_an_ambiguous_end_is_refused_and_its_connection_ends(string headers)
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        var kv = host.NewTenant();
        var smuggled =
            $"PUT /kv/smuggled HTTP/1.1\r\nHost: localhost\r\nKV-Namespace: {kv.Namespace}\r\nKV-App-Name: "
                + $"{kv.AppName}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"value\":\"v\"}";
        var request =
            "POST /kv HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + $"application/json\r\n{headers}\r\n\r\n0\r\n\r\n{smuggled}";

        var answer = await RawHttp.Send(host.Address, Encoding.Latin1.GetBytes(request));

        Assert.That(answer.Status, Is.InRange(400, 501), answer.ToString());
        Assert.That(answer.Body, Does.Not.Contain("HTTP/1.1"), "there is one answer");
        Assert.That((await kv.Get("smuggled")).Status, Is.EqualTo(404));
    }
}
