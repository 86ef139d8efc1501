using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Testing;

/// <summary>The receiver itself, called by an ordinary client.</summary>
internal sealed class WebhookReceiverTests
{
    private WebhookReceiver _receiver = null!;
    private HttpClient _client = null!;

    [SetUp]
    public void Start()
    {
        _receiver = WebhookReceiver.Start();
        _client = new HttpClient { BaseAddress = _receiver.Uri };
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _receiver.DisposeAsync();
    }

    [Test]
    public async Task Thousands_of_requests_are_each_recorded_once_with_their_bodies()
    {
        const int count = 5_000;
        const int connections = 64;
        var seen = new ConcurrentBag<int>();
        _receiver.Answer = request =>
        {
            seen.Add(request.Number);
            return ReceiverAnswer.Ok;
        };

        // HttpClient cancels a pending connection 5 s after its request found another one, and opens a further one
        // later. When all of them connect, each counts once.
        using var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = connections,
            ConnectCallback = ConnectToTheEnd,
        };
        using var client = new HttpClient(handler) { BaseAddress = _receiver.Uri };

        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (i, cancellationToken) =>
        {
            using var body = new StringContent(new string('x', i % 10_000) + i.ToString(CultureInfo.InvariantCulture));
            using var response = await client.PostAsync(new Uri($"/{i}", UriKind.Relative), body, cancellationToken);
            response.EnsureSuccessStatusCode();
        });

        var requests = _receiver.Requests;
        Assert.That(requests.Select(request => request.Number), Is.EqualTo(Enumerable.Range(1, count)));
        Assert.That(seen, Is.EquivalentTo(Enumerable.Range(1, count)));
        Assert.That(requests.Select(request => request.Target), Is.Unique);
        Assert.That(
            requests, Has.All.Matches<ReceivedRequest>(request => request!.Text.TrimStart('x') == request.Target[1..]));
        Assert.That(_receiver.AcceptedConnections, Is.LessThanOrEqualTo(connections));

        static async ValueTask<Stream> ConnectToTheEnd(
            SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, CancellationToken.None);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    [Test]
    public async Task Answers_come_as_they_were_set()
    {
        _receiver.Answer = request => ReceiverAnswer.Status(
            request.Number == 1 ? 503 : 202, $"n {request.Number}", ("Retry-After", "7"));

        using var first = await _client.GetAsync(new Uri("/a?b=c", UriKind.Relative));
        using var second = await _client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.That((int)first.StatusCode, Is.EqualTo(503));
        Assert.That(first.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(7)));
        Assert.That((int)second.StatusCode, Is.EqualTo(202));
        Assert.That(await second.Content.ReadAsStringAsync(), Is.EqualTo("n 2"));
        Assert.That(_receiver.Requests[0].Target, Is.EqualTo("/a?b=c"));
        Assert.That(_receiver.BytesSent, Is.GreaterThan(Encoding.ASCII.GetByteCount("n 1n 2")));
    }

    [Test]
    public async Task A_client_that_disconnects_ends_a_hanging_answer()
    {
        _receiver.Answer = _ => ReceiverAnswer.Hang;
        using var enough = new CancellationTokenSource();
        var asking = _client.GetAsync(new Uri("/", UriKind.Relative), enough.Token);
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the request has arrived");

        await enough.CancelAsync();

        Assert.That(() => asking, Throws.InstanceOf<OperationCanceledException>());
        await Eventually.Holds(() => _receiver.OpenConnections == 0, "the connection is closed");
    }

    [Test]
    public async Task A_receiver_that_stops_ends_its_answers()
    {
        _receiver.Answer = _ => ReceiverAnswer.Hang;
        var asking = _client.GetAsync(new Uri("/", UriKind.Relative));
        await Eventually.Holds(() => _receiver.RequestCount == 1, "the request has arrived");

        await _receiver.DisposeAsync();

        Assert.That(() => asking, Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Cleared_requests_are_forgotten()
    {
        using var _ = await _client.GetAsync(new Uri("/1", UriKind.Relative));
        _receiver.Clear();
        using var __ = await _client.GetAsync(new Uri("/2", UriKind.Relative));

        Assert.That(_receiver.Requests.Select(request => (request.Number, request.Target)), Is.EqualTo([(1, "/2")]));
    }
}
