using System.Globalization;
using System.Net;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Clients;

/// <summary>
/// Follows changes by server-sent events. It changes the replica when a connection breaks, and sometimes without a
/// reason, and resumes after the last received id.
/// </summary>
internal sealed class WatchClient(string name, World world, Random random, string tenant, string query) : IDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly Recorder _recorder = world.Recorder;
    private int _watches;
    private int _connections;
    private long? _position;
    private long _heardAt;
    private Silence? _silence;

    /// <summary>The revision up to which it has received everything.</summary>
    public long Position => _position ?? 0;

    // A reader whose changes were compacted begins again, as another watch.
    private string Watch => string.Create(CultureInfo.InvariantCulture, $"{name}.{_watches}");

    /// <summary>Watches until it is cancelled.</summary>
    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var replica = world.Deployment.Replicas[random.Next(world.Deployment.Replicas.Count)];
            // It leaves between two events or heartbeats, so that it sees how long a silence lasts.
            using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(1 + 9 * random.NextDouble()));
            await Connect(replica, enough.Token, stop);
            await Task.Delay(Rest, CancellationToken.None);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task Connect(Replica replica, CancellationToken enough, CancellationToken stop)
    {
        var (key, prefix) = query.StartsWith("key=", StringComparison.Ordinal)
            ? (query[4..], null)
            : ((string?)null, query["prefix=".Length..]);
        var connection = new WatchConnection
        {
            Watch = Watch,
            Number = _connections++,
            Replica = replica.Name,
            Tenant = tenant,
            Key = key,
            Prefix = prefix,
            Since = _position,
            Start = _recorder.Now,
            End = 0,
        };
        _silence = null;
        try
        {
            using var request = Request(replica);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop)
                .WaitAsync(Caller.GiveUpAfter, stop);
            _heardAt = _recorder.Now;
            connection = connection with
            {
                Status = (int)response.StatusCode,
                AnsweredAt = _heardAt,
                Revision = Revision(response),
            };
            connection = response.StatusCode == HttpStatusCode.OK
                ? await Follow(connection, response, enough, stop)
                : Refused(connection, await ReadRefusal(response, stop));
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException or OperationCanceledException or TimeoutException)
        {
            // The watch continues at another replica.
        }
        if (connection.Status == (int)HttpStatusCode.OK)
            Hear();
        _recorder.Add(connection with { End = _recorder.Now, LongestSilence = _silence });
        if (connection.OldestRevision is not null)
            BeginAnew();
    }

    private HttpRequestMessage Request(Replica replica)
    {
        var since = _position is { } position && _connections % 2 == 0 ? $"&since={position}" : "";
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica.Address, $"/watch?{query}{since}"));
        var parts = tenant.Split('/');
        request.Headers.Add(KvSettings.NamespaceHeader, parts[0]);
        request.Headers.Add(KvSettings.AppHeader, parts[1]);
        if (_position is { } last && since.Length == 0)
            request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private async Task<WatchConnection> Follow(
        WatchConnection connection, HttpResponseMessage response, CancellationToken enough, CancellationToken stop)
    {
        var events = new EventStreamReader(await response.Content.ReadAsStreamAsync(stop));
        // Events before a broken connection count like those before a proper end.
        while (
            !enough.IsCancellationRequested && await events.Next(stop).WaitAsync(Caller.GiveUpAfter, stop) is { } seen)
        {
            Hear();
            _recorder.Add(seen.ToRecord(connection, _recorder.Now));
            if (seen.Name == "gone")
                return connection with { OldestRevision = seen.OldestRevision };
            _position = seen.Id ?? _position;
        }
        return connection;
    }

    private void Hear()
    {
        var now = _recorder.Now;
        if (_silence is null || now - _heardAt > _silence.To - _silence.From)
            _silence = new Silence(_heardAt, now);
        _heardAt = now;
    }

    private void BeginAnew()
    {
        _position = null;
        _watches++;
        _connections = 0;
    }

    private static long? Revision(HttpResponseMessage response) =>
        response.Headers.TryGetValues("KV-Revision", out var values)
            ? long.Parse(values.Single(), CultureInfo.InvariantCulture)
            : null;

    private static WatchConnection Refused(WatchConnection connection, Answer refusal) =>
        connection with { Refusal = refusal, OldestRevision = refusal.OldestRevision };

    private static async Task<Answer> ReadRefusal(HttpResponseMessage response, CancellationToken stop) =>
        AnswerReader.Read(Requests.Other(HttpMethod.Get, ""), response, await response.Content.ReadAsStringAsync(stop));
}
