using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>
/// No sequence of requests under one tenant's credentials reads or changes another's keys, nor those of its own tenant
/// outside of its prefix.
/// </summary>
internal sealed class IsolationTests(Engine engine) : AccessTest(engine)
{
    private const int Calls = 600;
    private const int AtOnce = 8;
    private const string Hidden = "hidden-value";
    private const string HiddenKey = "hidden-key";

    [Test]
    public async Task No_sequence_of_calls_reads_or_changes_data_without_a_grant([Values(1, 2, 3)] int seed)
    {
        var victim = await Administrator(Host.NewTenant());
        var owner = await Administrator();
        var ids = new List<string>();
        string[] others = ["out:k", "in", "IN:k", $"out:{HiddenKey}", "*", "in:/../out:k", "out:ключ", "zz"];
        foreach (var tenant in new[] { victim, owner })
        {
            foreach (var key in others.Where(key => key != "*"))
                Assert.That((await tenant.Put(key, $"{Hidden} {key}")).Status, Is.EqualTo(200));
            ids.Add((await tenant.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"{{HiddenKey}}","event":"create","endpoint":"http://127.0.0.1:9/{{Hidden}}"}""")).Json.GetProperty("id").GetString()!);
        }
        await victim.Put("in:k", $"{Hidden} in:k");
        // The attacker may read the keys inside its prefix.
        await owner.Put("in:/../out:k", "its own");
        var attacker = await Issue(Of(new Grant(Kv.Namespace!, Kv.AppName!, "in:", AccessVerbs.All)));
        var (theirs, ours) = (await Everything(victim), await Everything(owner));
        var calls = new RandomCalls(
            new Random(seed),
            [(Kv.Namespace, Kv.AppName), (Kv.Namespace, Kv.AppName), (victim.Namespace, victim.AppName), (null, null)],
            [.. others, "in:k", "in:", "in:other", "in:*", "in:k*"], [.. ids]);
        var statuses = new Dictionary<int, int>();

        for (var done = 0; done < Calls; done += AtOnce)
        {
            // The calls run beside the victim's own reads and share the store's batches with them.
            var reads = Enumerable.Range(0, AtOnce).Select(_ => victim.Get("out:k")).ToArray();
            var tries = Enumerable.Range(0, AtOnce).Select(_ => calls.Next()).Select(async call => (
                Call: $"seed {seed}: {call.Method} {call.Path} as {call.Namespace}/{call.AppName}",
                Answer: await Send(
                    new KvClient(Host.Http, call.Namespace, call.AppName) { Credential = attacker.Reveal() }, call)))
                        .ToArray();
            foreach (var (call, answer) in await Task.WhenAll(tries))
            {
                statuses[answer.Status] = statuses.GetValueOrDefault(answer.Status) + 1;
                Assert.That(answer.Body, Does.Not.Contain(Hidden), call);
                Assert.That(answer.Status, Is.LessThan(500).Or.EqualTo(503), $"{call}\n{answer}");
            }
            foreach (var read in await Task.WhenAll(reads))
                Assert.That(read.Json.GetProperty("value").GetString(), Is.EqualTo($"{Hidden} out:k"));
        }

        Assert.That(await Everything(victim), Is.EqualTo(theirs), $"seed {seed}: the victim's data");
        Assert.That(await Everything(owner), Is.EqualTo(ours), $"seed {seed}: the keys outside of the prefix");
        // Many calls succeeded: the test did not only meet refusals.
        Assert.That(statuses.Keys, Is.SupersetOf(new[] { 200, 201, 400, 403 }), string.Join(", ", statuses));
        Assert.That(statuses[403], Is.GreaterThan(Calls / 5), string.Join(", ", statuses));
    }

    private static async Task<Answer> Send(
        KvClient client,
        (string?, string?, string Method, string Path, HttpContent? Body, (string, string)[] Headers) call)
    {
        try
        {
            return await client.With(new HttpMethod(call.Method), call.Path, call.Body, call.Headers);
        }
        catch (HttpRequestException cut)
        {
            throw new InvalidOperationException($"{call.Method} {call.Path} was cut off.", cut);
        }
    }

    // All data of a tenant that an administrator sees, without the keys that the attacker may change.
    private async Task<string> Everything(KvClient tenant)
    {
        var keys = (await tenant.Send(HttpMethod.Get, "/export"))
            .Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => tenant.Namespace != Kv.Namespace || !Key(line).StartsWith("in:", StringComparison.Ordinal));
        var etags = (await tenant.Send(HttpMethod.Get, "/kv?fields=meta&limit=1000")).Json.GetProperty("items")
            .EnumerateArray()
            .Where(
                item => tenant.Namespace != Kv.Namespace
                    || !item.GetProperty("key").GetString()!.StartsWith("in:", StringComparison.Ordinal))
            .Select(item => item.ToString());
        var webhooks = (await tenant.Send(HttpMethod.Get, "/webhooks")).Json.EnumerateArray()
            .Where(
                webhook => tenant.Namespace != Kv.Namespace
                    || !webhook.GetProperty("key").GetString()!.StartsWith("in:", StringComparison.Ordinal))
            .Select(webhook => webhook.ToString());
        return string.Join('\n', [.. keys, .. etags, .. webhooks]);

        static string Key(string line) => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!;
    }
}
