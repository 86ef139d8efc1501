namespace Kv.Api.Configuration;

/// <summary>The limits of connections.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>
    /// Most concurrent connections; further ones are closed immediately. Null for no limit. Default 20 000.
    /// </summary>
    public int? MaxConnections { get; init; } = 20_000;

    /// <summary>
    /// The maximum idle time of a connection, 1 s to 3600 s. Default 130 s: longer than load balancers keep idle
    /// connections.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>The maximum time to receive the head of a request, 1 s to 300 s. Default 10 s.</summary>
    public TimeSpan Headers { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The minimum rate of a body in bytes per second, after five seconds of grace, 0 to 1 000 000; 0 for no minimum.
    /// Default 240.
    /// </summary>
    public int MinBodyRate { get; init; } = 240;

    /// <summary>
    /// Most concurrent requests on one HTTP/2 connection, 1 to 10 000. Default 100, the least that RFC 9113 recommends.
    /// </summary>
    public int MaxStreams { get; init; } = 100;
}
