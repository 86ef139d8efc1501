using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Transactions;

/// <summary>Bulks: many operations, each done by itself.</summary>
internal sealed class BulkTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Each_operation_has_a_status_of_its_own()
    {
        var etag = (await Kv.Put("there", "v")).Header("ETag")!.Trim('"');

        var answer = await Bulk($$"""
            [{"op":"set","key":"a","value":"1","ttl":600},{"op":"get","key":"there"},{"op":"get","key":"none"},{"op":"delete","key":"none"},
             {"op":"set","key":"a*","value":"bad"},{"op":"set","key":"there","value":"w","etag":"1"},{"op":"set","key":"there","value":"w","exists":false},
             {"op":"delete","key":"there","etag":"{{etag}}"},{"op":"set","key":"t","value":"v","ttl":-1},{"op":"get","key":""}]
            """);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        var results = answer.Json.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(
            results.Select(result => result.GetProperty("status").GetInt32()),
            Is.EqualTo(new[] { 200, 200, 404, 204, 400, 412, 412, 204, 400, 400 }));
        Assert.That(results[0].GetProperty("ttl").GetInt64(), Is.EqualTo(600));
        Assert.That(
            (results[1].GetProperty("value").GetString(), results[1].GetProperty("etag").GetString()),
            Is.EqualTo(("v", etag)));
        Assert.That(results[2].GetProperty("error").GetString(), Is.EqualTo("Key not found"));
        Assert.That(results[4].GetProperty("errors").GetProperty("key")[0].GetString(), Does.Contain("'*'"));
        Assert.That(results[5].GetProperty("etag").GetString(), Is.EqualTo(etag));
        Assert.That(results[8].GetProperty("errors").GetProperty("ttl")[0].GetString(), Does.Contain("31536000"));
        Assert.That(long.Parse(answer.Header("KV-Revision")!, null), Is.Positive);
        Assert.That((await Kv.Get("there")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_thousand_operations_are_done_and_those_on_one_key_in_order()
    {
        var operations = Enumerable.Range(0, 1000)
            .Select(number => new { op = "set", key = $"k{number % 10}", value = $"{number}" });

        var answer = await Bulk(JsonSerializer.Serialize(operations));

        Assert.That(
            answer.Json.GetProperty("results").EnumerateArray()
                .Select(result => result.GetProperty("status").GetInt32()),
            Has.All.EqualTo(200));
        for (var key = 0; key < 10; key++)
            Assert.That((await Kv.Get($"k{key}")).Json.GetProperty("value").GetString(), Is.EqualTo($"{990 + key}"));
    }

    [TestCase("[]", "body", "1 to 1000")]
    [TestCase("{}", "body", "array")]
    [TestCase("""[{"op":"set","key":"a","value":"v"},{"op":"move","key":"b"}]""", "[1].op", "get, set or delete")]
    [TestCase("""[{"op":"set","key":"a","value":"v"},7]""", "[1]", "object")]
    [TestCase("""[{"op":"set","key":"a","value":"v","to":"b"}]""", "[0].to", "not a member")]
    [TestCase("""[{"op":"get","key":"a","exists":true}]""", "[0].exists", "get")]
    [TestCase("""[{"op":"set","key":"a","value":"v","exists":true,"etag":"1"}]""", "[0].exists", "etag")]
    public async Task A_body_of_another_shape_is_refused_as_a_whole(string body, string field, string saying)
    {
        Expect.Problem(await Bulk(body), 400, null, field, saying);
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_thousand_and_one_operations_are_too_many()
    {
        var operations = Enumerable.Range(0, 1001)
            .Select(number => new { op = "set", key = $"k{number}", value = "v" });

        Expect.Problem(await Bulk(JsonSerializer.Serialize(operations)), 400, null, "body", "1 to 1000");
        Expect.Problem(await Kv.List("k"), 404, "Key not found");
    }

    [Test]
    public async Task Too_many_operations_are_refused_before_the_rest_of_the_body_arrives()
    {
        var operations = string.Concat(Enumerable.Repeat("""{"op":"set","key":"k","value":"v"},""", 1001));

        var answer = await UnfinishedBody.Send(Host, Kv, "/bulk", $"[{operations}");

        Expect.Problem(answer, 400, null, "body", "1 to 1000");
        Expect.Problem(await Kv.List("k"), 404, "Key not found");
    }

    [TestCase("""[{"op":"move","key":"a"},""", "[0].op")]
    [TestCase("""{"op":""", "body")]
    public async Task The_first_mistake_is_reported_before_the_rest_of_the_body_arrives(string start, string field) =>
        Expect.Problem(await UnfinishedBody.Send(Host, Kv, "/bulk", start + new string(' ', 20_000)), 400, null, field);

    [Test]
    public async Task An_operation_that_is_too_large_is_refused_before_its_end() => Expect.Problem(
        await UnfinishedBody.Send(Host, Kv, "/bulk", $$"""[{"op":"set","key":"a","value":"{{new string('v', 14_000_000)}}"""),
        400, "Invalid input", "body", "too long");

    private Task<Answer> Bulk(string body) =>
        Kv.With(HttpMethod.Post, "/bulk", KvClient.Json(Encoding.UTF8.GetBytes(body)));
}
