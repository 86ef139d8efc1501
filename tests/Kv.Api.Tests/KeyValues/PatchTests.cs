using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Changes of the time to live without the value: <c>PATCH /kv/{key}</c>.</summary>
internal sealed class PatchTests(Engine engine) : EngineTests(engine)
{
    private const string MergePatch = "application/merge-patch+json";

    [TestCase(MergePatch)]
    [TestCase("application/json")]
    public async Task It_changes_the_time_to_live_and_leaves_the_value(string contentType)
    {
        var before = await Kv.Put("k", "v", 600);

        var patched = await Patch("k", """{"ttl":60}""", contentType);

        Assert.That(patched.Status, Is.EqualTo(200), patched.ToString());
        Assert.That(Expect.Members(patched.Json), Is.EqualTo(new[] { "key", "ttl", "expire_at" }));
        Assert.That(patched.Json.GetProperty("ttl").GetInt64(), Is.EqualTo(60));
        Assert.That(patched.Header("ETag"), Is.Not.EqualTo(before.Header("ETag")));
        var read = await Kv.Get("k");
        Assert.That(read.Header("ETag"), Is.EqualTo(patched.Header("ETag")));
        Assert.That(read.Json.GetProperty("value").GetString(), Is.EqualTo("v"));
        Assert.That(
            read.Json.GetProperty("expire_at").GetInt64(),
            Is.EqualTo(patched.Json.GetProperty("expire_at").GetInt64()));
    }

    [Test]
    public async Task Null_removes_the_expiry()
    {
        await Kv.Put("k", "v", 2);
        await Kv.Put("marker", "v", 2);

        var patched = await Patch("k", """{"ttl":null}""");

        Assert.That(patched.Body, Is.EqualTo("""{"key":"k","ttl":null,"expire_at":null}"""));
        await Eventually.Holds(async () => (await Kv.Get("marker")).Status == 404, "the first ttl has passed");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_renewed_key_outlives_its_first_ttl()
    {
        await Kv.Put("kept", "v", 2);
        await Kv.Put("marker", "v", 4);

        await Eventually.Holds(
            async () =>
            {
                Assert.That((await Patch("kept", """{"ttl":2}""")).Status, Is.EqualTo(200));
                return (await Kv.Get("marker")).Status == 404;
            },
            "the key without a renewal is gone");

        Assert.That((await Kv.Get("kept")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Conditions_apply()
    {
        var stale = (await Kv.Put("k", "1")).Header("ETag")!;
        var present = (await Kv.Put("k", "2")).Header("ETag")!;

        Expect.Problem(await Patch("k", """{"ttl":60}""", MergePatch, ("If-Match", stale)), 412, "Precondition failed");
        Expect.Problem(await Patch("k", """{"ttl":60}""", MergePatch, ("If-None-Match", "*")), 412, "Precondition failed");
        Assert.That((await Kv.Get("k")).Json.GetProperty("ttl").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That((await Patch("k", """{"ttl":60}""", MergePatch, ("If-Match", present))).Status, Is.EqualTo(200));
        Assert.That((await Patch("k", """{"ttl":60}""", MergePatch, ("If-Match", "*"))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task An_absent_key_is_404_and_is_not_created()
    {
        Expect.Problem(await Patch("k", """{"ttl":60}"""), 404, "Key not found");
        Expect.Problem(await Patch("k", """{"ttl":60}""", MergePatch, ("If-Match", "*")), 412, "Precondition failed");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Concurrent_writes_are_neither_lost_nor_undone()
    {
        await Kv.Put("k", "0");

        var touching = Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Patch("k", """{"ttl":600}""")));
        for (var number = 1; number <= 20; number++)
        {
            await Kv.Put("k", $"{number}");
            Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo($"{number}"));
        }

        Assert.That((await touching).Select(answer => answer.Status), Has.All.EqualTo(200));
    }

    [Test]
    public async Task The_content_type_stays()
    {
        await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes("<p>"u8.ToArray(), "text/html"));

        await Patch("k", """{"ttl":60}""");

        var raw = await Kv.Send(HttpMethod.Get, "/kv/k?raw");
        Assert.That((raw.ContentType, raw.Body), Is.EqualTo(("text/html", "<p>")));
    }

    [Test]
    public async Task A_leftover_content_type_does_not_come_back()
    {
        await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes("<p>"u8.ToArray(), "text/html"));
        await Kv.Put("k", "plain");

        await Patch("k", """{"ttl":60}""");

        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/k?raw")).ContentType, Is.EqualTo("text/plain"));
    }

    [TestCase("""{"ttl":-1}""", "TTL must be between 0 and 31536000 seconds", "ttl")]
    [TestCase("""{"ttl":31536001}""", "TTL must be between 0 and 31536000 seconds", "ttl")]
    [TestCase("""{"ttl":9223372036854775808}""", "TTL must be between 0 and 31536000 seconds", "ttl")]
    [TestCase("""{"ttl":"60"}""", "Invalid input", "ttl")]
    [TestCase("""{"ttl":1.5}""", "Invalid input", "ttl")]
    [TestCase("{}", "Invalid input", "ttl")]
    [TestCase("""{"ttl":60,"value":"v"}""", "Invalid input", "value")]
    [TestCase("[]", "Invalid input", "body")]
    [TestCase("{", "Invalid input", "body")]
    public async Task An_invalid_body_is_refused_and_changes_nothing(string body, string error, string field)
    {
        await Kv.Put("k", "v");

        Expect.Problem(await Patch("k", body), 400, error, field);
        Assert.That((await Kv.Get("k")).Json.GetProperty("ttl").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task A_body_of_another_type_is_refused()
    {
        await Kv.Put("k", "v");

        Expect.Problem(await Patch("k", "60", "text/plain"), 415, "Invalid input");
    }

    private Task<Answer> Patch(
        string key, string json, string contentType = MergePatch, params (string, string)[] headers) =>
        Kv.With(
            HttpMethod.Patch, KvClient.PathOf(key), KvClient.Bytes(Encoding.UTF8.GetBytes(json), contentType), headers);
}
