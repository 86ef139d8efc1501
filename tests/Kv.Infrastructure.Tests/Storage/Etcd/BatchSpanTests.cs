using System.Collections.Concurrent;
using System.Diagnostics;
using Kv.Infrastructure.Diagnostics;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>The spans of calls that many requests share.</summary>
[NonParallelizable]
internal sealed class BatchSpanTests
{
    private const int MaxTries = 10;

    private readonly ConcurrentQueue<Activity> _spans = new();
    private ActivityListener _listener = null!;

    [SetUp]
    public void Listen()
    {
        _spans.Clear();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = span => _spans.Enqueue(span),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [TearDown]
    public void Stop() => _listener.Dispose();

    [TestCase("etcd commit")]
    [TestCase("etcd read")]
    public async Task A_shared_call_is_one_span_within_the_first_request_and_linked_with_the_others(string name)
    {
        var requests = await InOneCall(name, true, false, true, true);

        var span = _spans.Single();
        Assert.That(span.GetTagItem("requests"), Is.EqualTo(4));
        Assert.That(
            (span.OperationName, span.ParentSpanId, span.TraceId),
            Is.EqualTo((name, requests[0].SpanId, requests[0].TraceId)));
        Assert.That(
            span.Links.Select(link => link.Context.SpanId),
            Is.EqualTo(new[] { requests[2].SpanId, requests[3].SpanId }));
    }

    [TestCase("etcd commit")]
    [TestCase("etcd read")]
    public async Task Without_a_recorded_request_there_is_no_span(string name)
    {
        await Together(name, false, false);

        Assert.That(_spans, Is.Empty);
    }

    // If the two earlier calls end at the same moment, two calls share the waiting requests. Then the test tries again.
    private async Task<Activity[]> InOneCall(string name, params bool[] recorded)
    {
        for (var tries = 1; ; tries++)
        {
            var requests = await Together(name, recorded);
            await Eventually.Holds(
                () => _spans.Sum(span => 1 + span.Links.Count()) == recorded.Count(isRecorded => isRecorded),
                "their calls have ended");
            if (
                _spans.All(span => span.GetTagItem("requests") is int count && count == recorded.Length)
                    || tries == MaxTries)
                return requests;
            _spans.Clear();
        }
    }

    // Makes requests that share a call; the flags say which of them are recorded.
    private static async Task<Activity[]> Together(string name, params bool[] recorded)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var store = EtcdStores.Open(server);
        await store.Find("connected");
        server.Pause();
        // They keep the requests behind them waiting until they can go together.
        var holders = await HeldBack.Occupy(store, slot => Ask(store, name, $"holder/{slot}"));
        var requests = recorded.Select((isRecorded, i) => Traced(isRecorded, () => Ask(store, name, $"key/{i}")))
            .ToList();
        server.Resume();
        await Task.WhenAll(holders);
        return await Task.WhenAll(requests);
    }

    private static async Task<Activity> Traced(bool isRecorded, Func<Task> ask)
    {
        using var request = new Activity("request")
        {
            ActivityTraceFlags = isRecorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None,
        };
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        await ask();
        return request;
    }

    private static async Task<bool> Ask(EtcdStore store, string name, string key) => name == "etcd read"
        ? await store.Find(key) is not null
        : (await store.Put(key)).Succeeded;
}
