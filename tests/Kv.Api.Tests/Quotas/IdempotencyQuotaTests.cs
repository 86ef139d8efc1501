using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Quotas;

/// <summary>The records of idempotent requests count against the tenant's quota.</summary>
internal sealed class IdempotencyQuotaTests(Engine engine) : EngineTests(engine)
{
    private const int MaxKeys = 5;
    private const int MaxBytes = 1000;

    // The hash of the idempotency key, the fingerprint of the request, and the answer to one write.
    private const int RecordBytes = 64 + 32 + 9;

    protected override (string Name, string? Value)[] Settings =>
        [("QUOTA_KEYS", $"{MaxKeys}"), ("QUOTA_BYTES", $"{MaxBytes}")];

    [SetUp]
    public Task WaitUntilCounted() => QuotaTest.Counted(Host);

    [Test]
    public async Task New_idempotency_keys_count_against_the_quota()
    {
        var statuses = new List<int>();
        for (var number = 0; number < 20; number++)
            statuses.Add((await Set("k", "v", $"set-{number}")).Status);

        var room = (MaxBytes - 2) / RecordBytes;
        Assert.That(statuses.Take(room), Is.All.EqualTo(201));
        Assert.That(statuses.Skip(room), Is.All.EqualTo(507));
        QuotaTest.ExpectRefused(await Set("k", "v", "another"), "bytes", MaxBytes);
        await QuotaTest.Usage(Kv, 1, 2 + (room * RecordBytes));
        Assert.That((await Kv.Put("k", "w")).Status, Is.EqualTo(200), "without an idempotency key");
        Assert.That((await Set("k", "v", "set-0")).Header("Idempotency-Replayed"), Is.EqualTo("true"));
    }

    [Test]
    public async Task Transactions_that_only_delete_are_bounded_too()
    {
        var statuses = new List<int>();
        for (var number = 0; number < 20; number++)
            statuses.Add((await Kv.With(
                HttpMethod.Post, "/txn", Json("""{"success":[{"op":"delete","key":"none"}]}"""),
                ("Idempotency-Key", $"delete-{number}"))).Status);

        Assert.That(statuses.Take(MaxBytes / RecordBytes), Is.All.EqualTo(200));
        Assert.That(statuses.Skip(MaxBytes / RecordBytes), Is.All.EqualTo(507));
    }

    [Test]
    public async Task Registrations_of_webhooks_are_bounded_too()
    {
        var statuses = new List<int>();
        for (var number = 0; number < 20; number++)
        {
            var made = await Kv.With(
                HttpMethod.Post, "/webhooks",
                Json("""{"key":"a","event":"*","endpoint":"https://receiver.example/a"}"""),
                ("Idempotency-Key", $"register-{number}"));
            statuses.Add(made.Status);
            if (made.Status == 201)
                await Kv.Send(HttpMethod.Delete, $"/webhooks/{made.Json.GetProperty("id").GetString()}");
            else
                QuotaTest.ExpectRefused(made, "bytes", MaxBytes);
        }

        Assert.That(statuses.Count(status => status == 201), Is.EqualTo(MaxBytes / (64 + 32 + 16)));
        Assert.That(statuses, Is.All.AnyOf(201, 507));
    }

    [Test]
    public async Task A_repeated_request_gets_its_first_answer_even_beyond_the_quota()
    {
        for (var number = 0; number < MaxKeys - 1; number++)
            await Kv.Put($"k{number}", "v");
        Task<Answer> Once(string key) => Set(key, "v", $"make-{key}");

        Assert.That((await Once("once")).Status, Is.EqualTo(201));
        await Kv.Delete("once");
        await Kv.Put("instead", "v");

        var again = await Once("once");
        Assert.That((again.Status, again.Header("Idempotency-Replayed")), Is.EqualTo((201, "true")), again.ToString());
        QuotaTest.ExpectRefused(await Once("another"), "keys", MaxKeys);
        await Kv.Delete("instead");
        Assert.That((await Once("another")).Status, Is.EqualTo(201), "a refused request is not remembered");
    }

    [Test]
    public async Task Concurrent_repeats_of_one_request_are_done_once_and_none_is_refused()
    {
        for (var round = 0; round < 6; round++)
        {
            var kv = Host.NewTenant();
            await kv.Put("a", new string('x', 499));
            // The quota has room for one such request, and not for two.
            var body = $$"""{"key":"a","value":"{{new string('y', MaxBytes - RecordBytes - 1)}}"}""";

            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => kv.With(
                HttpMethod.Post, "/kv", Json(body), ("Idempotency-Key", $"round-{round}"))));

            Assert.That(answers.Select(answer => answer.Status), Has.All.EqualTo(201));
            Assert.That(answers.Count(answer => answer.Header("Idempotency-Replayed") is null), Is.EqualTo(1));
        }
    }

    private Task<Answer> Set(string key, string value, string name) => Kv.With(
        HttpMethod.Post, "/kv", Json($$"""{"key":"{{key}}","value":"{{value}}"}"""), ("Idempotency-Key", name));

    private static ByteArrayContent Json(string json) => KvClient.Json(Encoding.UTF8.GetBytes(json));
}
