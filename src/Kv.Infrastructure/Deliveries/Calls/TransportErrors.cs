using System.Net.Sockets;
using System.Security.Authentication;
using Kv.Infrastructure.Deliveries.Targets;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>
/// Describes transport errors in plain words. The texts contain no address: the webhook's owner must not learn any.
/// </summary>
internal static class TransportErrors
{
    private const string Broke = "The connection broke.";

    public static string Describe(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
            if (Known(inner) is { } words)
                return words;
        return error switch
        {
            HttpRequestException request => Describe(request.HttpRequestError),
            IOException => Broke,
            _ => "The request could not be sent.",
        };
    }

    /// <summary>Whether the receiver closed the connection instead of answering.</summary>
    public static bool IsClosed(HttpRequestException error)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
            if (inner is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }
                or SocketException
                {
                    SocketErrorCode:
                        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
                })
                return true;
        return false;
    }

    private static string? Known(Exception error) => error switch
    {
        TargetNotAllowedException => error.Message,
        StoreException => "The store does not report the deployment's own addresses.",
        SocketException socket => Describe(socket.SocketErrorCode),
        AuthenticationException => $"TLS failed: {error.Message}",
        HttpIOException http => Describe(http.HttpRequestError),
        _ => null,
    };

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "The connection was refused.",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            "The connection was reset.",
        SocketError.HostNotFound or SocketError.NoData => "The name was not found.",
        SocketError.TryAgain => "The name could not be looked up.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.AddressNotAvailable =>
            "The address cannot be reached.",
        SocketError.TimedOut => "The connection timed out.",
        _ => "The connection failed.",
    };

    private static string Describe(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "The name was not found.",
        HttpRequestError.ConnectionError => "The connection failed.",
        HttpRequestError.SecureConnectionError => "TLS failed.",
        HttpRequestError.ConfigurationLimitExceeded => "The answer's headers are too large.",
        HttpRequestError.ResponseEnded => "The connection was closed before the end of the answer.",
        HttpRequestError.InvalidResponse => "The answer is not HTTP.",
        _ => Broke,
    };
}
