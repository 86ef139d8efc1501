using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Abuse;

/// <summary>What is attacked: a Kv with a large value, and many changes by others.</summary>
internal sealed class AbuseTarget : IDisposable
{
    public const string App = "abuse";
    public const string NeighbourSpace = "neighbour";
    public const string AttackerSpace = "attacker";
    public const int ValueBytes = 1024 * 1024;

    /// <summary>How many connections those have who attack over HTTP/2.</summary>
    public const int Http2Connections = 5;

    private const int BulkSize = 1_000;

    private AbuseTarget(Uri address, Uri http2)
    {
        Address = address;
        Http = Client(address);
        Neighbour = Client(address);
        Http2 = [.. Enumerable.Range(0, Http2Connections).Select(_ => Client(http2))];
    }

    public Uri Address { get; }

    /// <summary>What the attackers use.</summary>
    public HttpClient Http { get; }

    /// <summary>What the neighbour uses.</summary>
    public HttpClient Neighbour { get; }

    /// <summary>Clients of which each has one connection, over HTTP/2.</summary>
    public IReadOnlyList<HttpClient> Http2 { get; }

    /// <summary>Writes what the attacks need.</summary>
    /// <param name="kv">What is attacked.</param>
    /// <param name="http2Port">Where it speaks HTTP/2.</param>
    /// <param name="writes">How many changes there are by others.</param>
    public static async Task<AbuseTarget> Prepare(KvProcess kv, int http2Port, int writes)
    {
        var address = await kv.Address();
        var target = new AbuseTarget(address, new UriBuilder(address) { Port = http2Port }.Uri);
        var neighbour = new KvClient(target.Http, NeighbourSpace, App);
        var attacker = new KvClient(target.Http, AttackerSpace, App);
        var filling = new string('f', 1_000);
        for (var written = 0; written < writes; written += BulkSize)
            await Expect(neighbour.Send(HttpMethod.Post, "/bulk", JsonSerializer.Serialize(
                Enumerable.Range(written, BulkSize)
                    .Select(number => new { op = "set", key = $"filling{number % 5_000}", value = filling }))));
        for (var number = 0; number < 100; number++)
            await Expect(neighbour.Put($"own{number}", ""));
        await Expect(attacker.Put("large", new string('\u0001', ValueBytes)));
        await Expect(attacker.Put("quiet", "v"));
        return target;
    }

    public void Dispose()
    {
        foreach (var http in (IEnumerable<HttpClient>)[Http, Neighbour, .. Http2])
            http.Dispose();
    }

    private static HttpClient Client(Uri address) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    private static async Task Expect(Task<Answer> asked)
    {
        var answer = await asked;
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
    }
}
