using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Requests with an idempotency key, which their callers may repeat.</summary>
internal sealed class IdempotencyTests(Engine engine) : EngineTests(engine)
{
    private const string Set = """{"key":"k","value":"1","ttl":600}""";
    private const string Hook = """{"key":"k","event":"update","endpoint":"http://localhost:9/hook"}""";
    private const string Transaction = """{"success":[{"op":"set","key":"k","value":"1","ttl":600},{"op":"delete","key":"gone"}]}""";

    [TestCase("/kv", Set)]
    [TestCase("/txn", Transaction)]
    [TestCase("/webhooks", Hook)]
    public async Task A_repeated_request_is_done_once_and_gets_the_same_answer(string path, string body)
    {
        var first = await Post(path, body, "once");
        await Kv.Put("k", "changed by others");
        var second = await Post(path, body, "\"once\"");

        Assert.That(first.Header("Idempotency-Replayed"), Is.Null);
        Assert.That(second.Header("Idempotency-Replayed"), Is.EqualTo("true"));
        Assert.That((second.Status, second.Body), Is.EqualTo((first.Status, first.Body)));
        Assert.That(
            (second.Header("ETag"), second.Header("KV-Revision")),
            Is.EqualTo((first.Header("ETag"), first.Header("KV-Revision"))));
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("changed by others"));
    }

    [TestCase("/kv", Set, """{"key":"k","value":"2","ttl":600}""")]
    [TestCase("/kv", Set, """{"key":"k","value":"1"}""")]
    [TestCase("/txn", Transaction, """{"success":[{"op":"set","key":"k","value":"1","ttl":600}]}""")]
    [TestCase("/webhooks", Hook, """{"key":"k","event":"delete","endpoint":"http://localhost:9/hook"}""")]
    public async Task Another_request_with_the_same_idempotency_key_is_refused(string path, string body, string other)
    {
        await Post(path, body, "once");

        Expect.Problem(await Post(path, other, "once"), 422, null);
    }

    [Test]
    public async Task An_idempotency_key_belongs_to_one_tenant_and_one_call()
    {
        await Post("/kv", Set, "once");

        Expect.Problem(await Post("/txn", Transaction, "once"), 422, null);
        var other = await Host.NewTenant().With(
            HttpMethod.Post, "/kv", KvClient.Json(Encoding.UTF8.GetBytes(Set)), ("Idempotency-Key", "once"));
        Assert.That((other.Status, other.Header("Idempotency-Replayed")), Is.EqualTo((201, (string?)null)));
    }

    [TestCase("/kv", Set)]
    [TestCase("/txn", Transaction)]
    [TestCase("/webhooks", Hook)]
    public async Task One_of_many_concurrent_repeats_is_done(string path, string body)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Post(path, body, "once")));

        Assert.That(answers.Count(answer => answer.Header("Idempotency-Replayed") is null), Is.EqualTo(1));
        Assert.That(answers.Select(answer => answer.Body).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_request_is_not_remembered()
    {
        await Kv.Put("k", "v");
        var condition = ("If-None-Match", "*");
        var body = KvClient.Json(Encoding.UTF8.GetBytes(Set));

        Expect.Problem(
            await Kv.With(HttpMethod.Post, "/kv", body, ("Idempotency-Key", "once"), condition), 412,
            "Precondition failed");
        await Kv.Delete("k");
        var done = await Kv.With(
            HttpMethod.Post, "/kv", KvClient.Json(Encoding.UTF8.GetBytes(Set)), ("Idempotency-Key", "once"), condition);
        var again = await Kv.With(
            HttpMethod.Post, "/kv", KvClient.Json(Encoding.UTF8.GetBytes(Set)), ("Idempotency-Key", "once"), condition);

        Assert.That((done.Status, done.Header("Idempotency-Replayed")), Is.EqualTo((201, (string?)null)));
        Assert.That((again.Status, again.Header("Idempotency-Replayed")), Is.EqualTo((201, "true")));
    }

    [Test]
    public async Task A_repeated_transaction_answers_with_its_first_branch()
    {
        const string body = """
            {"compare":[{"key":"k","exists":true}],"success":[{"op":"set","key":"took","value":"success"}],"failure":[{"op":"set","key":"k","value":"failure"}]}
            """;

        var first = await Post("/txn", body, "once");
        var second = await Post("/txn", body, "once");

        Assert.That(first.Json.GetProperty("succeeded").GetBoolean(), Is.False);
        Assert.That(second.Body, Is.EqualTo(first.Body));
        Assert.That((await Kv.Get("took")).Status, Is.EqualTo(404), "the second request changed nothing");
    }

    [Test]
    public async Task A_transaction_that_reads_takes_no_idempotency_key() => Expect.Problem(
        await Post("/txn", """{"success":[{"op":"get","key":"k"}]}""", "once"), 400, null, "Idempotency-Key", "must not read");

    [TestCase("")]
    [TestCase("\"\"")]
    [TestCase("a\tb")]
    public async Task A_malformed_idempotency_key_is_refused(string name) =>
        Expect.Problem(await Post("/kv", Set, name), 400, null, "Idempotency-Key", "1 to 255");

    [Test]
    public async Task An_idempotency_key_that_is_too_long_is_refused()
    {
        Expect.Problem(await Post("/kv", Set, new string('n', 256)), 400, null, "Idempotency-Key", "255");
        Assert.That((await Post("/kv", Set, new string('n', 255))).Status, Is.EqualTo(201));
    }

    [TestCase("/bulk", """[{"op":"get","key":"k"}]""")]
    [TestCase("/webhooks/7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b/ping", "{}")]
    public async Task A_call_that_takes_no_idempotency_key_says_so(string path, string body) =>
        Expect.Problem(await Post(path, body, "once"), 400, null, "Idempotency-Key", "has no effect on this call");

    private Task<Answer> Post(string path, string body, string name) =>
        Kv.With(HttpMethod.Post, path, KvClient.Json(Encoding.UTF8.GetBytes(body)), ("Idempotency-Key", name));
}
