using System.Threading.RateLimiting;
using Kv.Api.Errors;
using Kv.Api.KeyValues;
using Kv.Api.Tenants;
using Microsoft.AspNetCore.Http;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Changes of times to live take turns within a tenant, and do not wait for another tenant.</summary>
internal sealed class CopyTurnsTests
{
    [Test]
    public async Task A_tenant_has_a_few_turns_and_another_does_not_wait_for_them()
    {
        using var turns = new CopyTurns(new TenantHeaders(new TenantOptions()), TimeSpan.FromMinutes(1));
        var taken = new List<IDisposable>();
        for (var call = 0; call < CopyTurns.AtOnce; call++)
            taken.Add(await turns.Take(Of("one"), default));

        var next = turns.Take(Of("one"), default).AsTask();
        using var other = await turns.Take(Of("other"), default);
        Assert.That(next.IsCompleted, Is.False);

        taken[0].Dispose();
        using var turn = await next;
        Assert.That((turn.IsAcquired, other.IsAcquired), Is.EqualTo((true, true)));
        taken.ForEach(one => one.Dispose());
    }

    [Test]
    public async Task A_call_beyond_those_that_may_wait_is_refused_and_other_tenants_are_not()
    {
        var turns = new CopyTurns(new TenantHeaders(new TenantOptions()), TimeSpan.FromMinutes(1));
        var taken = new List<Task<RateLimitLease>>();
        for (var call = 0; call < CopyTurns.AtOnce + CopyTurns.MaxWaiting; call++)
            taken.Add(turns.Take(Of("one"), default).AsTask());

        var beyond = await turns.Take(Of("one"), default).AsTask().ContinueWith(
            call => call.Exception!.InnerException!, TaskScheduler.Default);
        using var other = await turns.Take(Of("other"), default);

        Assert.That(beyond, Is.TypeOf<BusyException>());
        var problem = Failure.From(beyond);
        Assert.That(
            (problem.Problem.Status, problem.Problem.Extensions["error"], problem.IsTemporary),
            Is.EqualTo((503, "Too many copies of values", true)));
        (await taken[0]).Dispose();
        Assert.That((await taken[CopyTurns.AtOnce]).IsAcquired, Is.True);
        taken.Add(turns.Take(Of("one"), default).AsTask());
        Assert.That(taken[^1].IsCompleted, Is.False, "one waits in its place");
        turns.Dispose();
    }

    [Test]
    public async Task A_call_for_many_keys_runs_alone_and_ends_its_wait()
    {
        using var turns = new CopyTurns(new TenantHeaders(new TenantOptions()), TimeSpan.FromMilliseconds(50));
        using (await turns.Take(Of("one"), default))
        {
            Assert.That(
                () => turns.Take(Of("one"), default, CopyTurns.AtOnce).AsTask(),
                Throws.TypeOf<BusyException>().With.Message.Contains("had all turns"));
            using var other = await turns.Take(Of("other"), default, CopyTurns.AtOnce);
        }
        using var turn = await turns.Take(Of("one"), default, CopyTurns.AtOnce);
        Assert.That(turn.IsAcquired, Is.True);
    }

    private static HttpRequest Of(string tenant) => new DefaultHttpContext
    {
        Request = { Headers = { ["KV-Namespace"] = tenant } },
    }.Request;
}
