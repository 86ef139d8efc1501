using System.Net;
using System.Net.Sockets;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Asks for the addresses of a name.</summary>
internal delegate Task<IPAddress[]> AddressResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// Opens connections to webhooks' endpoints. The address that is dialled is the very one that was judged: a name that
/// answers differently the next time it is asked gains nothing.
/// </summary>
internal sealed class TargetConnector(TargetPolicy policy, TimeProvider time, AddressResolver resolve)
{
    // An address that does not answer leaves time for those behind it.
    private static readonly TimeSpan TurnOfAnAddress = TimeSpan.FromSeconds(2);

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="TargetNotAllowedException">The endpoint has no address that may be dialled.</exception>
    /// <exception cref="SocketException">The name is not known, or none of the addresses takes connections.</exception>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        var allowed = Allowed(addresses);
        for (var i = 0; i < allowed.Count - 1; i++)
            if (await TryDial(allowed[i], port, cancellationToken) is { } stream)
                return stream;
        return await Dial(allowed[^1], port, cancellationToken);
    }

    private List<IPAddress> Allowed(IPAddress[] addresses)
    {
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        var allowed = new List<IPAddress>(addresses.Length);
        string? reason = null;
        foreach (var address in addresses)
            if (policy.Refusal(address) is { } refusal)
                reason ??= refusal;
            else
                allowed.Add(CarriedAddresses.Plain(address));
        return allowed.Count > 0 ? allowed : throw new TargetNotAllowedException(reason!);
    }

    private async Task<Stream?> TryDial(IPAddress address, int port, CancellationToken cancellationToken)
    {
        using var turn = new CancellationTokenSource(TurnOfAnAddress, time);
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
