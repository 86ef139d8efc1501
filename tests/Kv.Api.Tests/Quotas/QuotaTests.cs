using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Quotas;

/// <summary>A tenant cannot exceed its quota. A delete makes room at once.</summary>
internal sealed class QuotaTests(Engine engine) : EngineTests(engine)
{
    private const int MaxKeys = 5;
    private const int MaxBytes = 100;

    protected override (string Name, string? Value)[] Settings =>
        [("QUOTA_KEYS", $"{MaxKeys}"), ("QUOTA_BYTES", $"{MaxBytes}")];

    [SetUp]
    public Task WaitUntilCounted() => QuotaTest.Counted(Host);

    [Test]
    public async Task The_next_key_beyond_the_quota_is_refused_and_nothing_is_written()
    {
        await Fill();

        QuotaTest.ExpectRefused(await Kv.Put("more", "v"), "keys", MaxKeys);
        QuotaTest.ExpectRefused(await Kv.Post("more", "v"), "keys", MaxKeys);

        Assert.That((await Kv.Get("more")).Status, Is.EqualTo(404));
        await QuotaTest.Usage(Kv, MaxKeys, MaxKeys * 3);
    }

    [Test]
    public async Task The_usage_is_reported_with_its_limits_and_its_revision()
    {
        var written = await Kv.Put("grüße", "12345");
        await QuotaTest.Usage(Kv, 1, 12);

        var usage = await Kv.Send(HttpMethod.Get, "/usage");

        Assert.That(
            Expect.Members(usage.Json), Is.EqualTo(new[] { "keys", "bytes", "max_keys", "max_bytes", "revision" }));
        Assert.That(usage.Json.GetProperty("max_keys").GetInt64(), Is.EqualTo(MaxKeys));
        Assert.That(usage.Json.GetProperty("max_bytes").GetInt64(), Is.EqualTo(MaxBytes));
        Assert.That(
            usage.Json.GetProperty("revision").GetInt64(),
            Is.GreaterThanOrEqualTo(long.Parse(written.Header("KV-Revision")!, null)));
        Assert.That(await QuotaTest.Usage(Host.NewTenant()), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task At_the_limit_keys_are_overwritten_renewed_and_deleted_and_a_delete_makes_room_at_once()
    {
        await Fill();
        for (var round = 0; round < 20; round++)
        {
            Assert.That((await Kv.Put("k1", "w")).Status, Is.EqualTo(200));
            Assert.That((await Kv.Send(HttpMethod.Patch, "/kv/k1", """{"ttl":600}""")).Status, Is.EqualTo(200));
            QuotaTest.ExpectRefused(await Kv.Put($"more{round}", "v"), "keys", MaxKeys);

            Assert.That((await Kv.Delete(round == 0 ? "k0" : $"new{round - 1}")).Status, Is.EqualTo(204));
            var written = await Kv.Put($"new{round}", "v");
            Assert.That(written.Status, Is.EqualTo(200), written.ToString());
        }
    }

    [Test]
    public async Task Overwriting_again_and_again_is_never_mistaken_for_growth()
    {
        for (var round = 0; round < 30; round++)
            Assert.That((await Kv.Put("k0", "1234567890")).Status, Is.EqualTo(200));
        for (var number = 1; number < MaxKeys; number++)
        {
            var written = await Kv.Put($"k{number}", "1");
            Assert.That(written.Status, Is.EqualTo(200), written.ToString());
        }
    }

    [Test]
    public async Task Bytes_are_judged_by_the_difference_that_a_write_makes()
    {
        Assert.That((await Kv.Put("a", new string('x', 89))).Status, Is.EqualTo(200));
        Assert.That((await Kv.Put("b", new string('x', 9))).Status, Is.EqualTo(200));

        QuotaTest.ExpectRefused(await Kv.Put("c", ""), "bytes", MaxBytes);
        QuotaTest.ExpectRefused(await Kv.Put("b", new string('x', 10)), "bytes", MaxBytes);
        Assert.That((await Kv.Put("b", new string('y', 9))).Status, Is.EqualTo(200), "as large as before");
        Assert.That((await Kv.Put("a", new string('x', 50))).Status, Is.EqualTo(200), "smaller");
        Assert.That((await Kv.Put("b", new string('x', 48))).Status, Is.EqualTo(200), "the smaller value made room");
        QuotaTest.ExpectRefused(await Kv.Put("b", new string('x', 49)), "bytes", MaxBytes);
    }

    [Test]
    public async Task An_expired_key_makes_room()
    {
        await Fill(count: MaxKeys - 1);
        Assert.That((await Kv.Put("soon", "v", ttl: 1)).Status, Is.EqualTo(200));

        await Eventually.Holds(
            async () => (await Kv.Put("more", "v")).Status == 200, "an expired key makes room",
            TimeSpan.FromSeconds(40));

        QuotaTest.ExpectRefused(await Kv.Put("another", "v"), "keys", MaxKeys);
    }

    [Test]
    public async Task Another_tenant_has_a_quota_of_its_own()
    {
        await Fill();
        QuotaTest.ExpectRefused(await Kv.Put("more", "v"), "keys", MaxKeys);

        Assert.That((await Host.NewTenant().Put("more", "v")).Status, Is.EqualTo(200));
        Assert.That((await new KvClient(Host.Http, Kv.Namespace, "other").Put("more", "v")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_failed_condition_is_reported_before_the_quota()
    {
        await Fill();

        var exists = await Kv.With(HttpMethod.Put, "/kv/k0", Json("""{"value":"a longer value"}"""), ("If-None-Match", "*"));
        var absent = await Kv.With(HttpMethod.Put, "/kv/more", Json("""{"value":"v"}"""), ("If-Match", "*"));
        var another = await Kv.With(HttpMethod.Put, "/kv/k0", Json("""{"value":"v"}"""), ("If-Match", "\"1\""));
        var fresh = await Kv.With(HttpMethod.Put, "/kv/more", Json("""{"value":"v"}"""), ("If-None-Match", "*"));

        Assert.That(new[] { exists.Status, absent.Status, another.Status }, Is.All.EqualTo(412));
        QuotaTest.ExpectRefused(fresh, "keys", MaxKeys);
    }

    [Test]
    public async Task A_transaction_is_judged_by_its_net_change_and_refused_as_a_whole()
    {
        await Fill(count: MaxKeys - 1);

        var tooMany = await Transact("""{"success":[{"op":"set","key":"x","value":"v"},{"op":"set","key":"y","value":"v"}]}""");
        QuotaTest.ExpectRefused(tooMany, "keys", MaxKeys);
        Assert.That((await Kv.Get("x")).Status, Is.EqualTo(404));

        var swap = await Transact("""
            {"success":[{"op":"set","key":"x","value":"v"},{"op":"set","key":"y","value":"v"},{"op":"delete","key":"k0"},{"op":"delete","key":"none"}]}
            """);
        Assert.That(swap.Status, Is.EqualTo(200), swap.ToString());
        var otherBranch = await Transact("""
            {"compare":[{"key":"x","value":"other"}],"success":[{"op":"set","key":"z","value":"v"}],"failure":[{"op":"set","key":"x","value":"w"}]}
            """);
        Assert.That(otherBranch.Status, Is.EqualTo(200), otherBranch.ToString());
        var neither = await Transact("""{"compare":[{"key":"x","value":"other"}],"success":[{"op":"set","key":"z","value":"v"}]}""");
        Assert.That(neither.Status, Is.EqualTo(412), neither.ToString());
        QuotaTest.ExpectRefused(
            await Transact("""{"compare":[{"key":"x","value":"w"}],"success":[{"op":"set","key":"z","value":"v"}]}"""), "keys", MaxKeys);
        Assert.That((await Transact("""{"success":[{"op":"delete","key":"x"}]}""")).Status, Is.EqualTo(200));
        Assert.That((await Kv.Put("z", "v")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Each_operation_of_a_bulk_is_judged_by_itself()
    {
        await Fill(count: MaxKeys - 1);

        var bulk = await Kv.Send(HttpMethod.Post, "/bulk", """
            [{"op":"set","key":"k0","value":"w"},{"op":"set","key":"x","value":"v"},{"op":"set","key":"x","value":"w"},
             {"op":"get","key":"k1"}]
            """);
        Assert.That(Statuses(bulk), Is.EqualTo(new[] { 200, 200, 200, 200 }));
        var full = await Kv.Send(HttpMethod.Post, "/bulk", """[{"op":"set","key":"y","value":"v"},{"op":"set","key":"k0","value":"x"}]""");

        Assert.That(Statuses(full), Is.EqualTo(new[] { 507, 200 }));
        Assert.That(full.Json.GetProperty("results")[0].GetProperty("error").GetString(), Is.EqualTo("Quota exceeded"));

        static int[] Statuses(Answer answer) =>
            [.. answer.Json.GetProperty("results").EnumerateArray()
                .Select(result => result.GetProperty("status").GetInt32())];
    }

    [Test]
    public async Task An_import_ends_at_the_first_batch_beyond_the_quota()
    {
        await Fill(count: MaxKeys - 1);

        var refused = await Import("""
            {"key":"x","value":"v"}
            {"key":"y","value":"v"}
            """);
        Expect.Problem(refused, 507, "Quota exceeded");
        var error = refused.Json.GetProperty("import").GetProperty("error");
        Assert.That(error.GetProperty("line").GetInt64(), Is.EqualTo(1));
        Assert.That(error.TryGetProperty("unknown_through", out _), Is.False, "nothing was written");
        Assert.That((await Kv.Get("x")).Status, Is.EqualTo(404));

        var taken = await Import("""
            {"key":"k0","value":"w"}
            {"key":"x","value":"v"}
            """);
        Assert.That(taken.Body, Does.Contain("\"done\":true").And.Contain("\"written\":2"));
    }

    [Test]
    public async Task Concurrent_writes_do_not_exceed_the_quota()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Kv.Put($"k{number}", "v")));

        Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(MaxKeys));
        Assert.That(answers.Select(answer => answer.Status), Is.All.AnyOf(200, 507));
        await QuotaTest.Usage(Kv, MaxKeys, (await QuotaTest.Real(Kv)).Bytes);
    }

    private async Task Fill(int count = MaxKeys)
    {
        for (var number = 0; number < count; number++)
        {
            var written = await Kv.Put($"k{number}", "v");
            Assert.That(written.Status, Is.EqualTo(200), written.ToString());
        }
    }

    private Task<Answer> Transact(string json) => Kv.Send(HttpMethod.Post, "/txn", json);

    private Task<Answer> Import(string lines) => Kv.Send(
        HttpMethod.Post, "/import", KvClient.Bytes(Encoding.UTF8.GetBytes(lines), "application/x-ndjson"));

    private static ByteArrayContent Json(string json) => KvClient.Json(Encoding.UTF8.GetBytes(json));
}
