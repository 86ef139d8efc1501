using System.Net;
using System.Net.Sockets;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Testing;

/// <summary>The faults that the tests inject, seen from both ends of a connection.</summary>
internal sealed class TcpProxyTests
{
    private TcpListener _server = null!;
    private TcpProxy _proxy = null!;
    private Socket _client = null!;
    private CancellationTokenSource _enough = null!;

    [SetUp]
    public void Start()
    {
        _server = new TcpListener(IPAddress.Loopback, 0);
        _server.Start();
        _proxy = TcpProxy.To(_server.LocalEndpoint.ToString()!);
        _client = NewClient();
        _enough = new CancellationTokenSource(TimeSpan.FromSeconds(20));
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
        _server.Dispose();
        _enough.Dispose();
    }

    [Test]
    public async Task Bytes_pass_both_ways()
    {
        using var peer = await Connect();

        await _client.SendAsync(new byte[] { 1 }, _enough.Token);
        Assert.That(await Receive(peer), Is.EqualTo(1));
        await peer.SendAsync(new byte[] { 2 }, _enough.Token);
        Assert.That(await Receive(_client), Is.EqualTo(2));
    }

    [Test]
    public async Task The_end_of_one_side_is_the_end_of_the_other()
    {
        using var peer = await Connect();

        _client.Shutdown(SocketShutdown.Send);
        Assert.That(await Receive(peer), Is.Null);
        peer.Shutdown(SocketShutdown.Send);

        await Eventually.Holds(() => _proxy.OpenConnections == 0, "the connection is closed");
    }

    [Test]
    public async Task Cut_connections_are_reset_on_both_sides_and_new_ones_pass()
    {
        using var peer = await Connect();

        _proxy.CutConnections();

        Assert.That(() => Receive(_client), Throws.InstanceOf<SocketException>());
        Assert.That(() => Receive(peer), Throws.InstanceOf<SocketException>());
        _client.Dispose();
        _client = NewClient();
        using var another = await Connect();
        await _client.SendAsync(new byte[] { 3 }, _enough.Token);
        Assert.That(await Receive(another), Is.EqualTo(3));
        Assert.That(_proxy.AcceptedConnections, Is.EqualTo(2));
    }

    [Test]
    public async Task A_black_hole_accepts_bytes_and_forwards_none_until_it_ends()
    {
        using var peer = await Connect();

        _proxy.BlackHole();
        await _client.SendAsync(new byte[] { 4 }, _enough.Token);
        await peer.SendAsync(new byte[] { 5 }, _enough.Token);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.That(
            async () => await peer.ReceiveAsync(new byte[1], SocketFlags.Peek, soon.Token),
            Throws.InstanceOf<OperationCanceledException>());
        _proxy.Forward();

        Assert.That(await Receive(peer), Is.EqualTo(4));
        Assert.That(await Receive(_client), Is.EqualTo(5));
    }

    [Test]
    public async Task A_black_hole_accepts_bytes_in_chunks_of_any_size()
    {
        using var peer = await Connect();

        _proxy.BlackHole();
        for (var sent = 1; sent <= 50; sent++)
        {
            await _client.SendAsync(new byte[1000], _enough.Token);
            await Eventually.Holds(() => _proxy.BytesFromClients == 1000 * sent, "each chunk is received");
        }
        _proxy.Forward();

        var received = 0;
        var buffer = new byte[4096];
        while (received < 50_000)
            received += await peer.ReceiveAsync(buffer, _enough.Token);
        Assert.That(received, Is.EqualTo(50_000));
    }

    [Test]
    public async Task Refusing_new_connections_leaves_the_old_ones()
    {
        using var peer = await Connect();

        _proxy.RefuseConnections();
        using var late = NewClient();
        Assert.That(() => late.ConnectAsync(IPEndPoint.Parse(_proxy.Endpoint)), Throws.InstanceOf<SocketException>());
        await _client.SendAsync(new byte[] { 6 }, _enough.Token);
        Assert.That(await Receive(peer), Is.EqualTo(6));

        _proxy.Forward();
        using var again = NewClient();
        await again.ConnectAsync(IPEndPoint.Parse(_proxy.Endpoint), _enough.Token);
        Assert.That(again.Connected, Is.True);
    }

    [Test]
    public async Task A_black_hole_of_one_direction_lets_the_other_pass()
    {
        using var peer = await Connect();

        _proxy.Link.BlackHole(TcpDirection.ToServer);
        await _client.SendAsync(new byte[] { 7 }, _enough.Token);
        await peer.SendAsync(new byte[] { 8 }, _enough.Token);

        Assert.That(await Receive(_client), Is.EqualTo(8));
        Assert.That(peer.Available, Is.Zero);
        _proxy.Forward();
        Assert.That(await Receive(peer), Is.EqualTo(7));
    }

    [Test]
    public async Task A_delay_holds_bytes_back_until_it_ends()
    {
        using var peer = await Connect();

        _proxy.Link.Delay = TimeSpan.FromMilliseconds(100);
        await _client.SendAsync(new byte[] { 9 }, _enough.Token);
        await Eventually.Holds(() => _proxy.BytesFromClients == 1, "the byte is received");

        Assert.That(peer.Available, Is.Zero);
        Assert.That(await Receive(peer), Is.EqualTo(9));
    }

    [Test]
    public async Task A_half_open_connection_is_silent_at_the_client_until_the_link_is_healed()
    {
        using var peer = await Connect();

        _proxy.Link.HalfOpenConnections();

        Assert.That(() => Receive(peer), Throws.InstanceOf<SocketException>());
        await _client.SendAsync(new byte[] { 10 }, _enough.Token);
        Assert.That(_client.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead), Is.False);
        _proxy.Forward();
        Assert.That(() => Receive(_client), Throws.InstanceOf<SocketException>());
    }

    [Test]
    public async Task A_link_that_resets_new_connections_leaves_the_old_ones()
    {
        using var peer = await Connect();

        _proxy.Link.ResetNewConnections();
        using var late = NewClient();
        Assert.That(
            async () =>
            {
                await late.ConnectAsync(IPEndPoint.Parse(_proxy.Endpoint), _enough.Token);
                await Receive(late);
            },
            Throws.InstanceOf<SocketException>());

        await _client.SendAsync(new byte[] { 11 }, _enough.Token);
        Assert.That(await Receive(peer), Is.EqualTo(11));
    }

    [Test]
    public async Task Clients_with_different_addresses_have_links_of_their_own()
    {
        var odd = new TcpLink();
        await using var proxy = TcpProxy.To(_server.LocalEndpoint.ToString()!, first => first[0] % 2 == 1 ? odd : null);
        using var oddClient = NewClient();
        await oddClient.ConnectAsync(IPEndPoint.Parse(proxy.Endpoint), _enough.Token);
        await oddClient.SendAsync(new byte[] { 1 }, _enough.Token);
        using var oddPeer = await _server.AcceptSocketAsync(_enough.Token);
        Assert.That(await Receive(oddPeer), Is.EqualTo(1));

        odd.BlackHole();
        await oddClient.SendAsync(new byte[] { 3 }, _enough.Token);
        using var even = NewClient();
        await even.ConnectAsync(IPEndPoint.Parse(proxy.Endpoint), _enough.Token);
        await even.SendAsync(new byte[] { 2 }, _enough.Token);
        using var evenPeer = await _server.AcceptSocketAsync(_enough.Token);

        Assert.That(await Receive(evenPeer), Is.EqualTo(2));
        Assert.That(oddPeer.Available, Is.Zero);
        odd.Forward();
        Assert.That(await Receive(oddPeer), Is.EqualTo(3));
    }

    private static Socket NewClient() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private async Task<Socket> Connect()
    {
        await _client.ConnectAsync(IPEndPoint.Parse(_proxy.Endpoint), _enough.Token);
        return await _server.AcceptSocketAsync(_enough.Token);
    }

    private async Task<byte?> Receive(Socket socket)
    {
        var buffer = new byte[1];
        return await socket.ReceiveAsync(buffer, _enough.Token) == 1 ? buffer[0] : null;
    }
}
