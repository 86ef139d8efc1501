using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kv.Api.Answers;
using Kv.Api.Tenants;
using Kv.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Tests.Answers;

/// <summary>Costly calls run on some processors only, and tenants take turns.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CostlyCallsTests
{
    private const int Large = 100_000;

    private readonly HeldBytes _held;
    private readonly CostlyCalls _calls;

    public CostlyCallsTests()
    {
        var tenants = new TenantHeaders(new TenantOptions());
        _held = new HeldBytes(
            HeldKind.Answers,
            new AnswerOptions(MaxUnsentBytes: 1_000_000, StallTimeout: TimeSpan.FromSeconds(1)), tenants,
            TimeProvider.System, Meters.Factory.Create(new MeterOptions("tests")));
        _calls = new CostlyCalls(tenants, _held, mostAtOnce: 1);
    }

    [Test]
    public async Task Tenants_take_turns()
    {
        using var goOn = new ManualResetEventSlim();
        var done = new ConcurrentQueue<string>();
        var blocking = _calls.Run(Of("first"), _ =>
        {
            goOn.Wait();
            return Task.CompletedTask;
        });
        Task[] waiting = [.. ((string[])["many", "many", "many", "few"]).Select(tenant => _calls.Run(Of(tenant), _ =>
        {
            done.Enqueue(tenant);
            return Task.CompletedTask;
        }))];
        goOn.Set();
        await Task.WhenAll([blocking, .. waiting]);

        Assert.That(done, Is.EqualTo(new[] { "many", "few", "many", "many" }));
    }

    [Test]
    public async Task A_waiting_call_blocks_no_other()
    {
        var answer = new TaskCompletionSource();
        var waiting = _calls.Run(Of("one"), async _ => await answer.Task);
        await _calls.Run(Of("another"), _ => Task.CompletedTask);
        answer.SetResult();
        await waiting;
    }

    [Test]
    public async Task A_call_takes_a_turn_after_each_wait()
    {
        var own = SynchronizationContext.Current;
        var contexts = new List<SynchronizationContext?>();
        await _calls.Run(Of("one"), async _ =>
        {
            contexts.Add(SynchronizationContext.Current);
            await Task.Delay(1);
            contexts.Add(SynchronizationContext.Current);
        });

        Assert.That(contexts.Distinct().Count(), Is.EqualTo(1));
        Assert.That(contexts, Has.None.SameAs(own));
        Assert.That(SynchronizationContext.Current, Is.SameAs(own));
    }

    [Test]
    public void An_exception_of_a_call_reaches_its_caller() => Assert.That(
        () => _calls.Run(Of("one"), _ => throw new InvalidDataException()), Throws.TypeOf<InvalidDataException>());

    [Test]
    public async Task A_small_call_takes_no_turn() => Assert.That(await IsCostly(Of("one")), Is.False);

    [Test]
    public async Task A_call_with_a_large_body_takes_turns()
    {
        var request = Of("one");
        request.Request.ContentLength = Large;

        Assert.That(await IsCostly(request), Is.True);
    }

    [Test]
    public async Task A_call_with_a_body_of_unknown_length_takes_turns()
    {
        var request = Of("one");
        request.Features.Set<IHttpRequestBodyDetectionFeature>(new Body());

        Assert.That(await IsCostly(request), Is.True);
    }

    [Test]
    public async Task The_calls_of_a_tenant_whose_large_answers_are_not_read_take_turns()
    {
        using var share = _held.Hold(Of("one").Request, Large);

        Assert.That(await IsCostly(Of("one")), Is.True);
        Assert.That(await IsCostly(Of("another")), Is.False);
    }

    [TestCase("/kv/many*", true)]
    [TestCase("/kv/one", false)]
    public async Task A_list_takes_turns_and_a_read_of_one_key_does_not(string path, bool isCostly)
    {
        var request = Of("one");
        request.Request.Path = path;
        request.SetEndpoint(
            new Endpoint(null, new EndpointMetadataCollection(new CostlyAttribute { ExceptForOneKey = true }), null));

        Assert.That(await IsCostly(request), Is.EqualTo(isCostly));
    }

    private async Task<bool> IsCostly(HttpContext request)
    {
        var (own, isCostly) = (SynchronizationContext.Current, false);
        await _calls.Invoke(request, _ =>
        {
            isCostly = SynchronizationContext.Current != own;
            return Task.CompletedTask;
        });
        return isCostly;
    }

    private static DefaultHttpContext Of(string tenant)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["KV-Namespace"] = tenant;
        return context;
    }

    private sealed class Body : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }
}
