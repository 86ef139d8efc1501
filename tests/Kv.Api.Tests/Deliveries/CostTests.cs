using System.Globalization;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>The cost of deliveries for etcd, by etcd's own metrics.</summary>
internal sealed class CostTests
{
    private const int Webhooks = 20;
    private const int Changes = 50;

    [Test]
    public async Task A_delivery_that_is_accepted_at_once_writes_and_reads_nothing_but_its_log_with_the_cursor()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("MAX_WEBHOOKS_ALLOWED", $"{Webhooks}"));
        var kv = host.NewTenant();
        var ids = new List<string?>();
        for (var webhook = 0; webhook < Webhooks; webhook++)
        {
            var registered = await kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","add_event_data":true,"endpoint":"{{receiver.Uri}}"}""");
            Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());
            ids.Add(registered.Json.GetProperty("id").GetString());
        }
        await Tell("first");
        await CursorIsAt(Revision());
        await LogsAreAt(Revision());
        var before = await Counted();

        for (var change = 1; change <= Changes; change++)
            await Tell($"{change}");
        await CursorIsAt(Revision());
        await LogsAreAt(Revision());
        var after = await Counted();

        var saves = after.CursorSaves - before.CursorSaves;
        // A log is read before it is written; the reads for one save may be one call.
        var logs = after.LogSaves - before.LogSaves;
        // With each renewal of its lease, the leader reads whether it still leads. The count may be off by one at
        // either end.
        var proofs = after.Renewals - before.Renewals;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(receiver.RequestCount, Is.EqualTo(Webhooks * (Changes + 1)));
            Assert.That(
                after.Proposals - before.Proposals, Is.EqualTo(Changes + saves),
                "one for each change, and those of the cursor");
            Assert.That(
                after.Calls - before.Calls,
                Is.InRange(Changes + saves + proofs - 1, Changes + saves + logs + proofs + 1), "nothing else was read");
        }

        // One after the other: a delivery that waits for long would be stored.
        async Task Tell(string key)
        {
            var seen = receiver.RequestCount;
            Assert.That((await kv.Put(key, "value")).Status, Is.EqualTo(200));
            await Eventually.Holds(() => receiver.RequestCount == seen + Webhooks, "every webhook is called");
        }

        long Revision() => receiver.Requests.Max(
            request => long.Parse(request.MessageId!.Split('_')[2], CultureInfo.InvariantCulture));

        // The cursor's own writes do not move it further.
        Task CursorIsAt(long revision) => Eventually.Holds(
            async () => await Cursor() is { } cursor
                && Encoding.UTF8.GetString(cursor.Value).Split(' ')[0] == $"{revision}", "the cursor is saved");

        async Task LogsAreAt(long revision)
        {
            foreach (var id in ids)
                await Eventually.Holds(
                    async () => await Log(id) is { } log
                        && Encoding.UTF8.GetString(log.Value).Contains($"{revision}", StringComparison.Ordinal),
                    "the log is saved");
        }

        async Task<(long Proposals, long Calls, long Renewals, long CursorSaves, long LogSaves)> Counted()
        {
            var logs = 0L;
            foreach (var id in ids)
                logs += (await Log(id))!.Value.Version;
            return (
                await etcd.CommittedProposals(), await etcd.PutsAndTransactions(), await etcd.Renewals(),
                (await Cursor())!.Value.Version, logs);
        }

        Task<(byte[] Value, long Version)?> Log(string? id) =>
            EtcdKeys.Versioned(etcd, $"/{host.KeyPrefix}/accepted/{kv.Namespace}/{kv.AppName}/{id}");

        Task<(byte[] Value, long Version)?> Cursor() => EtcdKeys.Versioned(etcd, $"/{host.KeyPrefix}/cursor/watcher");
    }
}
