namespace Kv.Api.Operation;

/// <summary>What callers may take up by their connections alone.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>Connections at a time; further ones are closed at once. Null for as many as the system allows. Default 20 000.</summary>
    public required int? MaxConnections { get; init; }

    /// <summary>How long a connection may be idle, 1 s to 3600 s. Default 130 s: longer than load balancers keep one for reuse.</summary>
    public required TimeSpan KeepAlive { get; init; }

    /// <summary>How long the head of a request may take, 1 s to 300 s. Default 10 s.</summary>
    public required TimeSpan Headers { get; init; }

    /// <summary>Bytes per second at which a body must come, behind five seconds of grace, 0 to 1 000 000; 0 for any. Default 240.</summary>
    public required int MinBodyRate { get; init; }
}
