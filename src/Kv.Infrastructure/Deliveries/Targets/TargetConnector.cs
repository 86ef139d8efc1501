using System.Net;
using System.Net.Sockets;

namespace Kv.Infrastructure.Deliveries.Targets;

/// <summary>Resolves a name to its addresses.</summary>
internal delegate Task<IPAddress[]> AddressResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// Opens connections to webhooks' endpoints. It dials exactly the address that it has checked, so a name that resolves
/// differently the next time does not evade the check.
/// </summary>
internal sealed class TargetConnector(TargetPolicy policy, TimeProvider time, AddressResolver resolve)
{
    // An address that does not answer must leave time for the next ones.
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(2);

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="TargetNotAllowedException">The endpoint has no address that may be dialled.</exception>
    /// <exception cref="StoreException">The store has not reported its own addresses yet.</exception>
    /// <exception cref="SocketException">
    /// The name is not known, or none of its addresses accepts connections.
    /// </exception>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        await policy.Refresh(cancellationToken);
        if (policy.Refusal(context.DnsEndPoint) is { } reason)
            throw new TargetNotAllowedException(reason);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        var allowed = Allowed(addresses, port);
        for (var i = 0; i < allowed.Count - 1; i++)
            if (await TryDial(allowed[i], port, cancellationToken) is { } stream)
                return stream;
        return await Dial(allowed[^1], port, cancellationToken);
    }

    private List<IPAddress> Allowed(IPAddress[] addresses, int port)
    {
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        var allowed = new List<IPAddress>(addresses.Length);
        string? reason = null;
        foreach (var address in addresses)
            if (policy.Refusal(address, port) is { } refusal)
                reason ??= refusal;
            else
                allowed.Add(EmbeddedIPv4.Plain(address));
        return allowed.Count > 0 ? allowed : throw new TargetNotAllowedException(reason!);
    }

    private async Task<Stream?> TryDial(IPAddress address, int port, CancellationToken cancellationToken)
    {
        using var turn = new CancellationTokenSource(DialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Token);
        try
        {
            return await Dial(address, port, either.Token);
        }
        catch (Exception error) when (
            error is SocketException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<Stream> Dial(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
