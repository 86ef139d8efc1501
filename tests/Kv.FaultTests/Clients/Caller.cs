using System.Net.Sockets;
using Kv.FaultTests.Checkers;
using Kv.FaultTests.Deployments;
using Kv.FaultTests.History;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Clients;

/// <summary>Makes the calls of one client, and records each of them.</summary>
/// <param name="client">The name of the client in the history.</param>
/// <param name="tenant">The tenant, as <c>namespace/app</c>.</param>
/// <param name="recorder">Takes the calls down.</param>
internal sealed class Caller(string client, string tenant, Recorder recorder) : IDisposable
{
    /// <summary>The timeout of a call: a little more than its bound, to see by how much it is too slow.</summary>
    public static readonly TimeSpan GiveUpAfter = Bounds.MostSlowdown * KvSettings.CallBound + TimeSpan.FromSeconds(4);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The name of the client in the history.</summary>
    public string Client => client;

    /// <summary>The tenant, as <c>namespace/app</c>.</summary>
    public string Tenant => tenant;

    /// <summary>Makes a call.</summary>
    /// <returns>The recorded call.</returns>
    public async Task<Call> Send(Replica replica, CallRequest request) => (await SendAndRead(replica, request)).Call;

    /// <summary>Makes a call.</summary>
    /// <returns>The recorded call, and the body of the answer.</returns>
    public async Task<(Call Call, string Body)> SendAndRead(Replica replica, CallRequest request)
    {
        var id = recorder.NextCall();
        var start = recorder.Now;
        Answer? answer = null;
        string? failure = null;
        var body = "";
        var isSent = true;
        try
        {
            using var giveUp = new CancellationTokenSource(
                GiveUpAfter + TimeSpan.FromSeconds(request.WaitSeconds ?? 0));
            using var http = request.ToHttp(replica.Address, tenant);
            using var response = await _http.SendAsync(http, giveUp.Token);
            body = await response.Content.ReadAsStringAsync(giveUp.Token);
            answer = AnswerReader.Read(request, response, body);
        }
        catch (OperationCanceledException)
        {
            failure = "timeout";
        }
        catch (HttpRequestException e)
        {
            isSent = e.HttpRequestError != HttpRequestError.ConnectionError
                || e.InnerException is not SocketException { SocketErrorCode: SocketError.ConnectionRefused };
            failure = isSent ? "reset" : "refused";
        }
        var call = new Call
        {
            Id = id,
            Client = client,
            Replica = replica.Name,
            Tenant = tenant,
            Kind = request.Kind,
            Operations = request.Operations,
            Otherwise = request.Otherwise,
            Conditions = request.Conditions,
            Prefix = request.Prefix,
            Listing = request.Listing,
            IsLaterPage = request.IsLaterPage,
            Limit = request.Limit,
            IdempotencyKey = request.IdempotencyKey,
            IsSerializable = request.IsSerializable,
            MinRevision = request.MinRevision,
            AtRevision = request.AtRevision,
            WaitSeconds = request.WaitSeconds,
            IsRaw = request.IsRaw,
            IsHead = request.Method == HttpMethod.Head,
            Before = request.Before,
            SkipsExisting = request.SkipsExisting,
            Start = start,
            End = recorder.Now,
            Outcome = Outcome(request, answer, isSent),
            Answer = answer,
            Failure = failure,
        };
        recorder.Add(call);
        return (call, body);
    }

    public void Dispose() => _http.Dispose();

    private static CallOutcome Outcome(CallRequest request, Answer? answer, bool isSent) => answer switch
    {
        null => isSent && !request.IsRead ? CallOutcome.Unknown : CallOutcome.Failed,
        { IsOutcomeUnknown: true } => CallOutcome.Unknown,
        { Status: < 500 and not 408 and not 429 } => CallOutcome.Ok,
        // Kv reports that nothing was done.
        { Status: 503 or 507 or < 500 } => CallOutcome.Failed,
        _ => request.IsRead ? CallOutcome.Failed : CallOutcome.Unknown,
    };
}
