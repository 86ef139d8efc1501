using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Gateway;

/// <summary>A page of another site cannot reach Kv on a laptop through a host name that resolves to loopback.</summary>
internal sealed class AllowedHostTests
{
    [Test]
    public async Task On_loopback_only_its_own_names_are_served()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", "localhost"));

        foreach (var name in (string[])["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"])
            Expect.Problem(await Get(kv, name), 404, "Key not found");
        foreach (var name in (string[])["rebound.example", "localhost.rebound.example", ""])
            Expect.Problem(await Get(kv, name), 400, "Invalid input", saying: "ALLOWED_HOSTS");
    }

    [TestCase("kv.example", "kv.example", true)]
    [TestCase("kv.example", "localhost", false)]
    [TestCase("*", "anything.example", true)]
    public async Task ALLOWED_HOSTS_names_others(string allowed, string name, bool isServed)
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", "localhost"),
            ("ALLOWED_HOSTS", allowed));

        Assert.That((await Get(kv, name)).Status, Is.EqualTo(isServed ? 404 : 400));
    }

    [Test]
    public async Task An_address_of_loopback_on_which_Kv_listens_is_served()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", "127.0.0.2"));

        Expect.Problem(await Get(kv, "127.0.0.2"), 404, "Key not found");
    }

    [TestCase("localhost", 200)]
    [TestCase("rebound.example", 400)]
    public async Task The_management_port_on_loopback_serves_its_names_alone(string name, int status)
    {
        using var data = new TemporaryDirectory();
        var management = FreePort.Next();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", "localhost"),
            ("MANAGEMENT_PORT", $"{management}"));
        await kv.Started();

        var answer = await RawHttp.Send(
            new Uri($"http://localhost:{management}"),
            System.Text.Encoding.ASCII.GetBytes(
                $"GET /metrics HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"));

        Assert.That(answer.Status, Is.EqualTo(status), answer.ToString());
    }

    private static async Task<Answer> Get(KvProcess kv, string host) => await RawHttp.Send(
        await kv.Address(),
        System.Text.Encoding.ASCII.GetBytes($"GET /kv/k HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
}
