namespace Kv.Attacker;

/// <summary>The Kv that is attacked.</summary>
/// <param name="address">Where it serves HTTP/1.1.</param>
/// <param name="http2">Where it serves HTTP/2.</param>
public sealed class Target(Uri address, Uri http2) : IDisposable
{
    /// <summary>The number of connections of the attack over HTTP/2.</summary>
    public const int Http2Connections = 5;

    public Uri Address { get; } = address;

    public HttpClient Http { get; } = Client(address);

    /// <summary>Clients of one connection each, over HTTP/2.</summary>
    public IReadOnlyList<HttpClient> Http2 { get; } =
        [.. Enumerable.Range(0, Http2Connections).Select(_ => Client(http2))];

    public void Dispose()
    {
        foreach (var http in (IEnumerable<HttpClient>)[Http, .. Http2])
            http.Dispose();
    }

    private static HttpClient Client(Uri address) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
}
