using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Kv.Testing;

/// <summary>
/// A receiver of webhooks: an HTTP/1.1 server on a loopback address that records every request and answers as the test
/// says. It implements HTTP itself, so that it can send malformed answers.
/// </summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _endpoint;
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly Lock _gate = new();
    private readonly List<ReceivedRequest> _requests = [];
    private readonly Task _accepting;
    private int _accepted;
    private long _sent;

    private WebhookReceiver(IPAddress address, int port, X509Certificate2? certificate)
    {
        _certificate = certificate;
        _listener = new TcpListener(address, port);
        _listener.Start(1024);
        _endpoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = Accept();
    }

    /// <summary>How requests are answered; with 200 unless it is set. May be set at any time.</summary>
    public Func<ReceivedRequest, ReceiverAnswer> Answer { get; set; } = _ => ReceiverAnswer.Ok;

    /// <summary>The port.</summary>
    public int Port => _endpoint.Port;

    /// <summary>Where it listens, with a path of <c>/</c>.</summary>
    public Uri Uri => new UriBuilder(_certificate is null ? "http" : "https", _endpoint.Address.ToString(), Port).Uri;

    /// <summary>The requests so far, in the order in which they arrived.</summary>
    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>How many requests there were so far.</summary>
    public int RequestCount
    {
        get
        {
            lock (_gate)
                return _requests.Count;
        }
    }

    /// <summary>How many connections were ever accepted.</summary>
    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _connections.Count;

    /// <summary>How many bytes were ever sent, before TLS.</summary>
    public long BytesSent => Interlocked.Read(ref _sent);

    /// <summary>Starts a receiver.</summary>
    /// <param name="address">The address to listen on; null for 127.0.0.1.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="certificate">A certificate with its private key, to speak TLS; null for plain HTTP.</param>
    public static WebhookReceiver Start(
        IPAddress? address = null, int port = 0, X509Certificate2? certificate = null) =>
        new(address ?? IPAddress.Loopback, port, certificate);

    /// <summary>Forgets the requests so far; numbers start again.</summary>
    public void Clear()
    {
        lock (_gate)
            _requests.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
            return;
        await _disposed.CancelAsync();
        // Only after it has stopped accepting: .NET reports an accept on a disposed listener as an
        // error.
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections.Keys);
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_disposed.Token);
                Interlocked.Increment(ref _accepted);
                var connection = Run(socket);
                _connections[connection] = true;
                _ = connection.ContinueWith(
                    ended => _connections.TryRemove(ended, out _), CancellationToken.None,
                    TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The receiver is being disposed of.
        }
    }

    private async Task Run(Socket socket)
    {
        await Task.Yield();
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                await using var stream = await Secure(new NetworkStream(socket, ownsSocket: false));
                var counted = new CountingStream(stream, count => Interlocked.Add(ref _sent, count));
                var reader = new ReceiverConnection(stream);
                while (await reader.Next(Note, _disposed.Token) is { } request)
                {
                    var answer = Answer(request);
                    await Write(answer, counted, socket);
                    if (answer.After == AfterAnswer.Reset)
                        socket.LingerState = new LingerOption(true, 0);
                    if (answer.After != AfterAnswer.KeepOpen)
                        break;
                }
            }
            catch (Exception e) when (
                e is IOException or SocketException or OperationCanceledException
                    or System.Security.Authentication.AuthenticationException)
            {
                // The client disconnected, or the receiver is being disposed of.
            }
        }
    }

    // A client that disconnects ends a hanging answer.
    private async Task Write(ReceiverAnswer answer, Stream stream, Socket socket)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        var writing = answer.Write(stream, over.Token);
        if (!writing.IsCompleted)
        {
            var gone = Gone(socket, over.Token);
            await Task.WhenAny(writing, gone);
            await over.CancelAsync();
        }
        await writing;
    }

    private static async Task Gone(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has disconnected, or no test waits for that any more.
        }
    }

    private async Task<Stream> Secure(Stream stream)
    {
        if (_certificate is null)
            return stream;
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                // Offline: it would fetch missing certificates of its own chain otherwise.
                ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true),
            }, _disposed.Token);
        return secured;
    }

    // The number is given on insertion, so that the numbers have the order of the list.
    private ReceivedRequest Note(Func<int, ReceivedRequest> request)
    {
        lock (_gate)
        {
            var numbered = request(_requests.Count + 1);
            _requests.Add(numbered);
            return numbered;
        }
    }
}
