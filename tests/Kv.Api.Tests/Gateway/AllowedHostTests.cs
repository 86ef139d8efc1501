using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Gateway;

/// <summary>
/// A page of another site must not reach a laptop's Kv by a host name that it made point to loopback.
/// </summary>
internal sealed class AllowedHostTests
{
    [TestCase("localhost", true)]
    [TestCase("LOCALHOST:8080", true)]
    [TestCase("127.0.0.1:8080", true)]
    [TestCase("[::1]:8080", true)]
    [TestCase("rebound.example", false)]
    [TestCase("localhost.rebound.example", false)]
    [TestCase("", false)]
    public async Task On_loopback_only_its_own_names_are_served(string name, bool isServed)
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", "localhost"));

        var answer = await Get(kv, name);

        if (isServed)
            Expect.Problem(answer, 404, "Key not found");
        else
            Expect.Problem(answer, 400, "Invalid input", saying: "ALLOWED_HOSTS");
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

    private static async Task<Answer> Get(KvProcess kv, string host) => await RawHttp.Send(
        await kv.Address(),
        System.Text.Encoding.ASCII.GetBytes($"GET /kv/k HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
}
