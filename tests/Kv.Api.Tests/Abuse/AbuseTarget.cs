using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Attacker;

namespace Kv.Api.Tests.Abuse;

/// <summary>The Kv that is attacked. It holds a large value, and many changes by other callers.</summary>
internal sealed class AbuseTarget : IDisposable
{
    public const string NeighbourSpace = "neighbour";
    public const int ValueBytes = 1024 * 1024;

    private const int BulkSize = 1_000;

    private AbuseTarget(Uri address, Uri http2)
    {
        (Address, Http2) = (address, http2);
        Neighbour = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    public Uri Address { get; }

    /// <summary>Where it serves HTTP/2.</summary>
    public Uri Http2 { get; }

    /// <summary>The client of the neighbour.</summary>
    public HttpClient Neighbour { get; }

    /// <summary>Writes the data that the attacks need.</summary>
    /// <param name="kv">The Kv that is attacked.</param>
    /// <param name="http2Port">Its port of HTTP/2.</param>
    /// <param name="writes">The number of changes by other callers.</param>
    public static async Task<AbuseTarget> Prepare(KvProcess kv, int http2Port, int writes)
    {
        var address = await kv.Address();
        var target = new AbuseTarget(address, new UriBuilder(address) { Port = http2Port }.Uri);
        var neighbour = new KvClient(target.Neighbour, NeighbourSpace, Attacks.App);
        var attacker = new KvClient(target.Neighbour, Attacks.Space, Attacks.App);
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

    public void Dispose() => Neighbour.Dispose();

    private static async Task Expect(Task<Answer> asked)
    {
        var answer = await asked;
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
    }
}
