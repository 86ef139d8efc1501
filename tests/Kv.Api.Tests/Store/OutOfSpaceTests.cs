using System.Text;
using Kv.Api.Tests.Audit;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>The store has no room: writes are 507, all else works, readiness says why, and it recovers.</summary>
internal sealed class OutOfSpaceTests
{
    private const int Enough = 1_000;
    private static readonly string Filling = new('v', 256 * 1024);

    [Test]
    public async Task Etcd_without_space_is_507_for_writes_while_reads_and_deletes_go_on_and_recovers()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions
        {
            Arguments = ["--quota-backend-bytes=4194304"],
        });
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("ETCD_QUOTA_BACKEND_BYTES", "4194304"));
        var kv = host.NewTenant();
        var left = (await Store(host)).Left;
        await kv.Put("here", "v");
        await kv.Put("there", "v");
        await FillUp(kv);

        foreach (var write in new[]
        {
            await kv.Put("k", "v"), await kv.Put("k", "v", 600), await kv.Post("k", "v"),
            await kv.Send(HttpMethod.Post, "/txn", """{"success":[{"op":"set","key":"k","value":"v"}]}"""),
            await kv.Send(HttpMethod.Post, "/webhooks", """{"key":"k","event":"*","endpoint":"http://example.com"}"""),
        })
            Expect.Problem(write, 507, "Store out of space");
        await AnImportIsRefused(kv, "v");
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
        Assert.That((await kv.Get("there")).Status, Is.EqualTo(200));
        Assert.That((await kv.List("th")).Json.GetArrayLength(), Is.EqualTo(1));
        Assert.That((await kv.Delete("here")).Status, Is.EqualTo(204));
        Assert.That((await kv.Get("here")).Status, Is.EqualTo(404));
        await Eventually.Holds(async () => (await Store(host)).Tells("no space left"), "readiness says why");
        Assert.That((await Store(host)).Left, Is.LessThan(left / 2));

        await kv.Delete("filling");
        await etcd.Compact(await etcd.CurrentRevision());
        await etcd.Call("maintenance/defragment", new { });
        var alarms = await etcd.Call("maintenance/alarm", new { action = "GET" });
        foreach (var alarm in alarms.GetProperty("alarms").EnumerateArray())
            await etcd.Call(
                "maintenance/alarm",
                new { action = "DEACTIVATE", memberID = alarm.GetProperty("memberID").GetString(), alarm = "NOSPACE" });
        await Recovers(host, kv);
    }

    [Test]
    public async Task Etcd_without_space_takes_no_audit_records_and_deletes_go_on_without_them()
    {
        await using var etcd = await EtcdServer.StartAsync(new EtcdServerOptions
        {
            Arguments = ["--quota-backend-bytes=4194304"],
        });
        (string, string)[] settings =
        [
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", etcd.Endpoint), ("AUTH", "apikey"), ("AUDIT", "store"),
            ("AUDIT_RETENTION", "1s"),
            ("STORE_TIMEOUT_SECONDS", "10"),
        ];
        var made = await KvProcess.Run(["apikey", "create", "--admin"], settings);
        await using var process = KvProcess.Start(settings);
        var kv = new KvClient(await process.Http(), "n", "a") { Credential = made.Output.Trim() };
        foreach (var key in new[] { "here", "there" })
            await kv.Put(key, "v");
        var webhook = await Id(kv.Send(HttpMethod.Post, "/webhooks", """{"key":"none","event":"*","endpoint":"http://example.com"}"""));
        var apiKey = await Id(kv.Send(HttpMethod.Post, "/admin/apikeys", """{"namespace":"n","app":"a","verbs":["read"]}"""));
        await FillUp(kv);
        // etcd does not check the space for a put within a condition. It refuses the new lease, once the last granted
        // one has ended.
        await Eventually.Holds(
            async () => (await kv.With(HttpMethod.Put, "/kv/new", AuditLines.Body("""{"value":"v"}"""), ("If-None-Match", "*"))).Status == 507,
            "a record has no room");

        Assert.That((await kv.Delete("here")).Status, Is.EqualTo(204));
        Assert.That((await kv.Delete("here")).Status, Is.EqualTo(204), "a delete of an absent key succeeds");
        Assert.That(
            (await kv.With(HttpMethod.Delete, "/kv/there", null, ("If-Match", "\"1\""))).Status, Is.EqualTo(412),
            "conditions still apply");
        Assert.That((await kv.Send(HttpMethod.Delete, $"/webhooks/{webhook}")).Status, Is.EqualTo(204));
        Assert.That((await kv.Send(HttpMethod.Delete, $"/admin/apikeys/{apiKey}")).Status, Is.EqualTo(200));
        var deletion = await kv.Send(HttpMethod.Post, "/txn", """{"success":[{"op":"delete","key":"there"}]}""");
        Assert.That(deletion.Status, Is.EqualTo(200), deletion.ToString());

        Assert.That((await kv.Get("here")).Status, Is.EqualTo(404));
        Assert.That((await kv.Get("there")).Status, Is.EqualTo(404));
        Assert.That((await kv.Send(HttpMethod.Get, $"/webhooks/{webhook}")).Status, Is.EqualTo(404));
        Assert.That($"{(await kv.Send(HttpMethod.Get, "/admin/apikeys")).Json}", Does.Not.Contain(apiKey));
        await process.Terminate();
        var seen = process.Output.Split('\n')
            .Where(line => line.Contains("no room for an audit record", StringComparison.Ordinal)).ToArray();
        string[] unrecorded =
        [
            "delete here of (n, a)", $"delete_webhook {webhook} of (n, a)", $"revoke_api_key {apiKey} of",
            "delete there of (n, a)",
        ];
        Assert.That(seen, Has.Length.EqualTo(unrecorded.Length), process.Output);
        foreach (var (line, what) in seen.Zip(unrecorded))
            Assert.That(line, Does.Contain(what));
        Assert.That(
            process.Output, Does.Contain("delete here of (n, a): applied"), "the audit's own line is written anyway");

        static async Task<string> Id(Task<Answer> asked) => (await asked).Json.GetProperty("id").GetString()!;
    }

    [Test]
    public async Task The_embedded_engine_on_a_full_disk_is_507_for_writes_while_reads_go_on_and_recovers()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        await using var host = await KvHost.Start(Engine.Embedded, ("DATA_DIR", disk.Path));
        var kv = host.NewTenant();
        await kv.Put("there", "v");
        // Other data on the disk, which the test removes later.
        var ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1024 * 1024]);
        await FillUp(kv);

        // More than the refused write needs: overwriting a value needs the space of the old value too.
        Expect.Problem(await kv.Put("k", Filling + Filling + Filling), 507, "Store out of space");
        await AnImportIsRefused(kv, Filling + Filling + Filling);
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
        Assert.That((await kv.Get("there")).Json.GetProperty("value").GetString(), Is.EqualTo("v"));
        Assert.That((await kv.List("th")).Json.GetArrayLength(), Is.EqualTo(1));
        // A small write of Kv's own may have found room meanwhile.
        await Eventually.Holds(
            async () => (await kv.Put("k", Filling + Filling + Filling)).Status == 507
                && (await Store(host)).Tells("no space left"),
            "readiness tells of it");
        Assert.That((await Store(host)).Left, Is.LessThan(Filling.Length * 2), "of the small disk, not of another");

        File.Delete(ballast);
        await Recovers(host, kv);
    }

    private static async Task AnImportIsRefused(KvClient kv, string value)
    {
        var line = KvClient.Bytes(
            Encoding.UTF8.GetBytes($"{{\"key\":\"k\",\"value\":\"{value}\"}}"), "application/x-ndjson");
        var import = await kv.Send(HttpMethod.Post, "/import", line);
        Expect.Problem(import, 507, "Store out of space");
        Assert.That(
            import.Json.GetProperty("import").GetProperty("error").GetProperty("line").GetInt64(), Is.EqualTo(1));
    }

    private static async Task FillUp(KvClient kv)
    {
        for (var write = 0; write < Enough; write++)
            if ((await kv.Put("filling", Filling)).Status == 507)
                return;
        Assert.Fail("The store took far more than it has room for.");
    }

    private static async Task Recovers(KvHost host, KvClient kv)
    {
        await Eventually.Holds(async () => (await kv.Put("k", "after", 600)).Status == 200, "writes go on");
        await Eventually.Holds(
            async () => !(await Store(host)).Tells("no space left"), "readiness reports no problem");
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("after"));
    }

    private static async Task<StoreCheck> Store(KvHost host)
    {
        var store = await host.ReadinessCheck("store");
        return new StoreCheck(
            store.GetProperty("detail").GetString()!, store.GetProperty("data").GetProperty("leftBytes").GetInt64());
    }

    private sealed record StoreCheck(string Detail, long Left)
    {
        public bool Tells(string what) => Detail.Contains(what, StringComparison.Ordinal);
    }
}
