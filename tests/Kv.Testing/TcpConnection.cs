using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Kv.Testing;

/// <summary>One connection that a <see cref="TcpProxy"/> forwards over a <see cref="TcpLink"/>.</summary>
internal sealed class TcpConnection(IPEndPoint target, Socket client, Action<int> countFromClient)
{
    private const int MaxHeldChunks = 1024;
    private const int ChunkBytes = 64 * 1024;

    private readonly CancellationTokenSource _broken = new();
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);
    private volatile Task? _untilHealed;

    /// <summary>
    /// Resets both ends. Both see the reset before this returns: nothing is sent on a connection that was cut.
    /// </summary>
    public void Cut()
    {
        _cut.TrySetResult();
        _broken.Cancel();
        Reset(client);
        Reset(_server);
    }

    /// <summary>Resets the server's end, and leaves the client's end open until the link is healed.</summary>
    /// <param name="healed">Completes then. The link's own task would be a later one if it is healed at once.</param>
    public void CutServer(Task healed)
    {
        _untilHealed = healed;
        _broken.Cancel();
        Reset(_server);
    }

    /// <summary>Reads the first bytes of the client; null when it sends none.</summary>
    public async Task<byte[]?> FirstBytes()
    {
        try
        {
            var buffer = new byte[ChunkBytes];
            var read = await client.ReceiveAsync(buffer, _broken.Token);
            countFromClient(read);
            return read > 0 ? buffer[..read] : null;
        }
        catch (Exception e) when (IsEnd(e))
        {
            return null;
        }
    }

    /// <summary>Forwards until one end is gone.</summary>
    /// <param name="link">The link.</param>
    /// <param name="first">The bytes that were already read from the client.</param>
    public async Task Run(TcpLink link, byte[] first)
    {
        using (client)
        using (_server)
        {
            try
            {
                client.NoDelay = _server.NoDelay = true;
                await link.Passable(TcpDirection.ToServer).WaitAsync(_broken.Token);
                await _server.ConnectAsync(target, _broken.Token);
                await Task.WhenAll(
                    Pump(link, TcpDirection.ToServer, client, _server, first),
                    Pump(link, TcpDirection.ToClient, _server, client, []));
            }
            catch (Exception e) when (IsEnd(e))
            {
                Reset(_server);
                if (_untilHealed is { } healed)
                    await Task.WhenAny(healed, _cut.Task);
                // The other side sees a reset too.
                Reset(client);
            }
        }
    }

    private static bool IsEnd(Exception error) =>
        error is SocketException or ObjectDisposedException or OperationCanceledException;

    // Reading continues while nothing is forwarded: to the sender a black hole looks like a network that accepts all
    // bytes.
    private async Task Pump(TcpLink link, TcpDirection direction, Socket from, Socket to, byte[] first)
    {
        var held = Channel.CreateBounded<Chunk>(MaxHeldChunks);
        if (first.Length > 0)
            held.Writer.TryWrite(new Chunk(first, Stopwatch.GetTimestamp()));
        await Task.WhenAll(
            BreakAllWithIt(Read(from, held.Writer)),
            BreakAllWithIt(Forward(link, direction, held.Reader, to)));
    }

    private async Task BreakAllWithIt(Task part)
    {
        try
        {
            await part;
        }
        catch
        {
            await _broken.CancelAsync();
            throw;
        }
    }

    private async Task Read(Socket from, ChannelWriter<Chunk> held)
    {
        try
        {
            var buffer = new byte[ChunkBytes];
            while (await from.ReceiveAsync(buffer, _broken.Token) is > 0 and var read)
            {
                if (from == client)
                    countFromClient(read);
                await held.WriteAsync(
                    new Chunk(buffer.AsSpan(0, read).ToArray(), Stopwatch.GetTimestamp()), _broken.Token);
            }
            held.Complete();
        }
        catch (Exception error)
        {
            held.Complete(error);
            throw;
        }
    }

    private async Task Forward(TcpLink link, TcpDirection direction, ChannelReader<Chunk> held, Socket to)
    {
        await foreach (var chunk in held.ReadAllAsync(_broken.Token))
        {
            if (link.Delay - Stopwatch.GetElapsedTime(chunk.Read) is { Ticks: > 0 } early)
                await Task.Delay(early, _broken.Token);
            await link.Passable(direction).WaitAsync(_broken.Token);
            for (var sent = 0; sent < chunk.Bytes.Length;)
                sent += await to.SendAsync(chunk.Bytes.AsMemory(sent), _broken.Token);
        }
        await link.Passable(direction).WaitAsync(_broken.Token);
        to.Shutdown(SocketShutdown.Send);
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    /// <param name="Bytes">The bytes of one read.</param>
    /// <param name="Read">The time of the read, as a timestamp of the stopwatch.</param>
    private readonly record struct Chunk(byte[] Bytes, long Read);
}
