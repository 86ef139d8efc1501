using Kv.Api.Tests.Deliveries;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using static Kv.Api.Tests.Audit.AuditLines;

namespace Kv.Api.Tests.Audit;

/// <summary>Each change has a record of its actor, and only a change has one.</summary>
internal sealed class AuditTrailTests(Engine engine) : CallTests(engine)
{
    protected override (string Name, string? Value)[] Settings => [
        ("AUDIT", "store"), ("WEBHOOK_RETRY_SCHEDULE", "30ms")];

    [Test]
    public async Task Each_change_of_a_key_leaves_one_record_and_other_calls_leave_none()
    {
        var before = DateTimeOffset.UtcNow;
        var written = await Kv.Put("k", "hidden-value");
        await Kv.With(HttpMethod.Put, "/kv/k", Body("""{"value":"hidden-value"}"""), ("If-None-Match", "*"));
        await Kv.Send(HttpMethod.Patch, "/kv/k", """{"ttl":600}""");
        await Kv.With(HttpMethod.Put, "/kv/raw", KvClient.Bytes([1], "image/png"));
        await Kv.Send(HttpMethod.Patch, "/kv/raw", """{"ttl":600}""");
        Assert.That((await Kv.Delete("k")).Status, Is.EqualTo(204));
        var again = await Kv.Delete("k");
        await Kv.With(HttpMethod.Delete, "/kv/k", null, ("If-Match", "*"));
        var absent = await Kv.With(HttpMethod.Delete, "/kv/k", null, ("If-None-Match", "*"));
        var present = await Kv.With(HttpMethod.Delete, "/kv/raw", null, ("If-None-Match", "*"));
        await Kv.Send(HttpMethod.Patch, "/kv/k", """{"ttl":600}""");
        await Kv.Put("", "hidden-value");
        await Kv.Get("raw");

        var records = await Kv.Trail(limit: 2);
        Assert.That(
            records.Changes(), Is.EqualTo(new[] { "set k", "set_ttl k", "set raw", "set_ttl raw", "delete k" }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Status, Is.EqualTo(204), "it is gone, as before");
            Assert.That(
                (absent.Status, present.Status), Is.EqualTo((204, 412)),
                "where there must be none there is nothing to delete");
            Assert.That(records.Select(record => record.Text("actor")), Has.All.EqualTo("anonymous"));
            Assert.That(records.Select(record => record.Text("address")), Has.All.EqualTo("127.0.0.1"));
            Assert.That($"\"{records[0].Text("revision")}\"", Is.EqualTo(written.Header("ETag")));
            Assert.That(records[0].GetProperty("at").GetDateTimeOffset(), Is.GreaterThan(before.AddMinutes(-1)));
            Assert.That(records.Select(record => $"{record}"), Has.All.Not.Contain("hidden"));
        }
    }

    [Test]
    public async Task The_keys_that_are_deleted_by_their_prefix_are_named_in_the_record()
    {
        await Kv.Put("d/1", "v");
        await Kv.Put("d/2", "v");
        await Kv.Send(HttpMethod.Delete, "/kv?prefix=d/&dry_run");
        await Kv.Send(HttpMethod.Delete, "/kv?prefix=d/");
        await Kv.Send(HttpMethod.Delete, "/kv?prefix=d/");

        Assert.That(
            (await Kv.Trail()).Changes(), Is.EqualTo(new[] { "set d/1", "set d/2", "delete d/1, delete d/2" }));
    }

    [Test]
    public async Task A_transaction_leaves_one_record_and_each_operation_of_a_bulk_its_own()
    {
        await Kv.Send(HttpMethod.Post, "/bulk", """
            [{"op":"set","key":"a","value":"1"},{"op":"get","key":"a"},{"op":"delete","key":"none"},{"op":"set","key":"","value":"1"}]
            """);
        await Txn("""{"success":[{"op":"set","key":"t1","value":"v","content_type":"image/png"},{"op":"get","key":"t1"},{"op":"delete","key":"a"}]}""");
        await Txn("""{"compare":[{"key":"no","exists":true}],"success":[{"op":"set","key":"t","value":"v"}],"failure":[{"op":"set","key":"f","value":"v"}]}""");
        await Txn("""{"compare":[{"key":"no","exists":true}],"success":[{"op":"set","key":"t","value":"v"}]}""");
        await Txn("""{"success":[{"op":"get","key":"t1"}]}""");
        foreach (var _ in new[] { 1, 2 })
        {
            await Kv.With(HttpMethod.Post, "/kv", Body("""{"key":"once","value":"v"}"""), ("Idempotency-Key", "one"));
            await Kv.With(
                HttpMethod.Post, "/txn",
                Body("""{"compare":[{"key":"f","exists":true}],"success":[{"op":"set","key":"also","value":"v"}]}"""), ("Idempotency-Key", "two"));
        }
        await Import("overwrite", """{"key":"i1","value":"v"}""", """{"key":"i2","value":"v"}""");
        await Import("fail", """{"key":"i3","value":"v"}""", """{"key":"i1","value":"v"}""");
        await Import("skip", """{"key":"i1","value":"v"}""", """{"key":"i4","value":"v"}""");

        Assert.That((await Kv.Trail()).Changes(), Is.EqualTo(new[]
        {
            "set a", "set t1, delete a", "set f", "set once", "set also", "set i1, set i2", "set i3", "set i4",
        }));

        async Task Txn(string json) =>
            Assert.That((await Kv.Send(HttpMethod.Post, "/txn", json)).Status, Is.EqualTo(200).Or.EqualTo(412));

        async Task Import(string mode, params string[] lines) => await Kv.With(
            HttpMethod.Post, $"/import?mode={mode}",
            KvClient.Bytes(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)), "application/x-ndjson"));
    }

    [Test]
    public async Task Each_change_of_a_webhook_and_its_deliveries_leaves_one_record()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        var since = long.Parse((await Kv.Put("k", "v")).Header("ETag")!.Trim('"'), null) - 1;
        var delivery = (await UntilListed(webhook, "failed")).Single().GetProperty("id").GetString()!;
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        Assert.That((await Redeliver(delivery)).Status, Is.EqualTo(202));
        await Gone(delivery);
        Assert.That((await Redeliver(delivery)).Status, Is.EqualTo(404));
        foreach (var from in new[] { since, long.Parse((await Kv.Put("other", "v")).Header("ETag")!.Trim('"'), null) })
            Assert.That((await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/replay", $$"""{"since":{{from}}}""")).Status, Is.EqualTo(202));
        await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"add_event_data":false}""");
        await Kv.Send(HttpMethod.Post, $"/webhooks/{webhook}/rotate-secret");
        await Kv.Send(HttpMethod.Delete, $"/webhooks/{webhook}");
        await Kv.Send(HttpMethod.Delete, $"/webhooks/{webhook}");
        await Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"add_event_data":true}""");

        Assert.That((await Kv.Trail()).Changes(), Is.EqualTo(new[]
        {
            $"add_webhook {webhook}", "set k", $"redeliver {delivery}", "set other", $"replay_webhook {webhook}",
            $"change_webhook {webhook}",
            $"change_webhook {webhook}", $"delete_webhook {webhook}",
        }));
    }

    [Test]
    public async Task A_call_leaves_one_record_if_it_resends_deliveries_and_none_otherwise()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500);
        var webhook = await Register();
        await Kv.Put("k1", "v");
        await Kv.Put("k2", "v");
        await UntilListed(webhook, "failed", 2);
        Receiver.Answer = _ => ReceiverAnswer.Ok;

        Assert.That((await RedeliverFailed(webhook)).Json.GetProperty("count").GetInt32(), Is.EqualTo(2));
        await Eventually.Holds(async () => (await Listed(webhook, "pending")).Length == 0, "both are delivered");
        Assert.That((await RedeliverFailed(webhook)).Json.GetProperty("count").GetInt32(), Is.Zero);

        Assert.That((await Kv.Trail()).Changes(), Is.EqualTo(new[]
        {
            $"add_webhook {webhook}", "set k1", "set k2", $"redeliver_failed {webhook}",
        }));
    }

    [Test]
    public async Task A_webhook_gets_the_change_and_not_its_record()
    {
        await RegisterAt($"{Receiver.Uri}", "\"key\":\"*\"");
        var changes = new[] { "a", "b", "c" };
        foreach (var key in changes)
            await Kv.Put(key, "v");
        await Arrived(changes.Length);
        await Kv.Put("last", "v");
        await Eventually.Holds(() => Receiver.Requests.Any(request => KeyOf(request) == "last"), "the last arrives");

        Assert.That(Receiver.Requests.Select(KeyOf), Is.EquivalentTo(changes.Append("last")));
    }

    [Test]
    public async Task Another_tenants_records_do_not_show()
    {
        var near = new KvClient(Host.Http, Kv.Namespace, $"{Kv.AppName}x");
        var far = new KvClient(Host.Http, $"{Kv.Namespace}x", Kv.AppName);
        await Kv.Put("own", "v");
        await near.Put("near", "v");
        await far.Put("far", "v");

        Assert.That((await Kv.Trail()).Changes(), Is.EqualTo(new[] { "set own" }));
        Assert.That((await near.Trail()).Changes(), Is.EqualTo(new[] { "set near" }));
        Assert.That((await far.Trail()).Changes(), Is.EqualTo(new[] { "set far" }));
        Assert.That((await Kv.DeploymentTrail()).Changes(), Has.None.Contain("set "));
    }

    [Test]
    public async Task Every_concurrent_write_has_its_record_at_its_revision()
    {
        var random = new Random(7);
        var asked = Enumerable.Range(0, 40)
            .Select(
                _ => Enumerable.Range(0, 12).Select(_ => (What: random.Next(6), Key: $"k{random.Next(16)}")).ToArray())
                    .ToArray();
        var applied = 0;
        await Task.WhenAll(asked.Select(async each =>
        {
            foreach (var (what, key) in each)
            {
                var answer = what switch
                {
                    0 or 1 => await Kv.Put(key, "v", ttl: what == 0 ? null : 600),
                    2 => await Kv.With(HttpMethod.Put, $"/kv/{key}", Body("""{"value":"v"}"""), ("If-None-Match", "*")),
                    3 => await Kv.With(HttpMethod.Delete, $"/kv/{key}", null, ("If-Match", "*")),
                    4 => await Kv.Delete(key),
                    _ => await Kv.Send(HttpMethod.Post, "/txn", $$"""
                        {"compare":[{"key":"{{key}}","exists":true}],"success":[{"op":"set","key":"{{key}}","value":"w"},{"op":"set","key":"{{key}}x","value":"w"}]}
                        """),
                };
                Assert.That(answer.Status, Is.AnyOf(200, 204, 404, 412), answer.ToString());
                if (what != 4 && answer.Status is 200 or 204)
                    Interlocked.Increment(ref applied);
            }
        }));

        var records = await Kv.Trail(limit: 100);
        var recorded = records.SelectMany(record => record.GetProperty("changes").EnumerateArray()
            .Select(change => $"{change.Text("target")} {record.Text("revision")}"));
        var happened = new List<string>();
        foreach (var key
            in asked.SelectMany(each => each).SelectMany(one => new[] { one.Key, $"{one.Key}x" }).Distinct())
        {
            var history = await Kv.Send(HttpMethod.Get, $"/history/{key}?limit=100");
            Assert.That(history.Status, Is.AnyOf(200, 404), history.ToString());
            if (history.Status == 200)
                happened.AddRange(
                    history.Json.GetProperty("items").EnumerateArray()
                        .Select(item => $"{key} {item.Text("revision")}"));
        }
        Assert.That(recorded, Is.EquivalentTo(happened));
        Assert.That(records, Has.Length.GreaterThanOrEqualTo(applied).And.Length.GreaterThan(100));
    }

    [TestCase("set", 0, false)]
    [TestCase("set", 100, true)]
    [TestCase("delete", 0, true)]
    [TestCase("delete", 100, false)]
    [TestCase("delete", 100, true)]
    public async Task A_transaction_may_be_as_large_as_without_a_record(
        string operation, int compares, bool isRepeatable)
    {
        await Kv.Put("0", "v");
        var compare = Enumerable.Range(1, compares).Select(number => $$"""{"key":"c{{number}}","exists":false}""");
        var success = Enumerable.Range(0, 100).Select(number =>
            operation == "set" ? $$"""{"op":"set","key":"{{number}}","value":"v","content_type":"a/b","ttl":600}""" : $$"""{"op":"delete","key":"{{number}}"}""");
        (string, string)[] headers = isRepeatable ? [("Idempotency-Key", "one")] : [];

        var answer = await Kv.With(
            HttpMethod.Post, "/txn", Body($$"""{"compare":[{{string.Join(',', compare)}}],"success":[{{string.Join(',', success)}}]}"""), headers);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        var record = (await Kv.Trail())[^1];
        Assert.That(record.GetProperty("changes").GetArrayLength(), Is.EqualTo(100));
        Assert.That(record.Text("revision"), Is.EqualTo(answer.Json.Text("revision")));
    }

    [Test]
    public async Task A_page_of_large_records_ends_before_its_limit()
    {
        const int transactions = 40;
        for (var transaction = 0; transaction < transactions; transaction++)
        {
            var sets = Enumerable.Range(0, 100).Select(number => $$"""{"op":"set","key":"{{new string('\u4e2d', 96)}}{{number:d4}}","value":""}""");
            var answer = await Kv.Send(HttpMethod.Post, "/txn", $$"""{"success":[{{string.Join(',', sets)}}]}""");
            Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        }

        var first =
            (await Kv.Send(HttpMethod.Get, $"/admin/audit?namespace={Kv.Namespace}&app={Kv.AppName}&limit=1000")).Json;
        Assert.That(first.GetProperty("items").GetArrayLength(), Is.LessThan(transactions));
        Assert.That(first.GetProperty("cursor").GetString(), Is.Not.Null);
        Assert.That(await Kv.Trail(), Has.Length.EqualTo(transactions));
    }

    [Test]
    public async Task Records_are_read_from_and_up_to_a_time()
    {
        foreach (var key in new[] { "a", "b", "c" })
            await Kv.Put(key, "v");
        var records = await Kv.Trail();
        var tenant = $"namespace={Kv.Namespace}&app={Kv.AppName}";
        // As in the answer, to the last digit.
        string At(int number) => Uri.EscapeDataString(records[number].Text("at"));

        Assert.That((await Kv.Trail(1, $"{tenant}&from={At(1)}")).Changes(), Is.EqualTo(new[] { "set b", "set c" }));
        Assert.That((await Kv.Trail(1, $"{tenant}&to={At(1)}")).Changes(), Is.EqualTo(new[] { "set a" }));
        Assert.That((await Kv.Trail(1, $"{tenant}&from={At(1)}&to={At(2)}")).Changes(), Is.EqualTo(new[] { "set b" }));
        Assert.That(await Kv.Trail(1, $"{tenant}&from={At(2)}&to={At(0)}"), Is.Empty);
        Assert.That(await Kv.Trail(1, $"{tenant}&from=2999-01-01"), Is.Empty);
        Assert.That(await Kv.Trail(1, $"{tenant}&to=2000-01-01T00:00:00Z"), Is.Empty);
        Assert.That(
            (await Kv.Trail(1, $"{tenant}&cursor={records[1].Text("id")}"))[0].Text("id"),
            Is.EqualTo(records[2].Text("id")));
    }

    [TestCase("namespace=n", "namespace")]
    [TestCase("app=a", "namespace")]
    [TestCase("namespace=n&app=a%2Fb", "app")]
    [TestCase("namespace=*&app=a", "namespace")]
    [TestCase("from=yesterday", "from")]
    [TestCase("to=1%2F2%2F2026", "to")]
    [TestCase("cursor=08de", "cursor")]
    [TestCase("cursor=08DE48A1B2C3D4E5-7f0c6f0e", "cursor")]
    [TestCase("limit=0", "limit")]
    [TestCase("limit=1001", "limit")]
    [TestCase("limit=many", "limit")]
    public async Task A_wrong_parameter_is_refused(string query, string field) =>
        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/admin/audit?{query}"), 400, null, field);
}
