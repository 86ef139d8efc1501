using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Transactions;

/// <summary>Transactions: operations that are done together.</summary>
internal sealed class TransactionTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task All_operations_are_done_at_one_revision()
    {
        await Kv.Put("gone", "v");

        var answer = await Txn("""
            {"success":[{"op":"set","key":"a","value":"1","ttl":600},{"op":"get","key":"a"},{"op":"set","key":"b","value":"/w==","encoding":"base64","content_type":"image/png"},
             {"op":"delete","key":"gone"},{"op":"get","key":"gone"}]}
            """);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        var json = answer.Json;
        var results = json.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(json.GetProperty("succeeded").GetBoolean(), Is.True);
        Assert.That(answer.Header("KV-Revision"), Is.EqualTo($"{json.GetProperty("revision").GetInt64()}"));
        Assert.That(
            results.Select(result => result.GetProperty("status").GetInt32()),
            Is.EqualTo(new[] { 200, 200, 200, 204, 404 }));
        Assert.That(results[1].GetProperty("value").GetString(), Is.EqualTo("1"), "it sees what was done before it");
        Assert.That(results[0].TryGetProperty("value", out _), Is.False);
        foreach (var (key, index) in new[] { ("a", 0), ("b", 2) })
            Assert.That(
                (await Kv.Get(key)).Header("ETag"),
                Is.EqualTo($"\"{results[index].GetProperty("etag").GetString()}\""));
        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/b?raw")).ContentType, Is.EqualTo("image/png"));
        Assert.That((await Kv.Get("gone")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task As_many_deletes_as_are_allowed_fit_beside_as_many_compares()
    {
        await Kv.Put("7", "v");
        var compare = Enumerable.Range(0, 100).Select(number => $$"""{"key":"c{{number}}","exists":false}""");
        var success = Enumerable.Range(0, 100).Select(number => $$"""{"op":"delete","key":"{{number}}"}""");

        var answer = await Txn($$"""{"compare":[{{string.Join(',', compare)}}],"success":[{{string.Join(',', success)}}]}""");

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That((await Kv.Get("7")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Compares_choose_what_is_done()
    {
        var created = (await Kv.Put("k", "u")).Header("ETag")!.Trim('"');
        var etag = (await Kv.Put("k", "v")).Header("ETag")!.Trim('"');

        foreach (var (compare, holds) in new[]
                 {
                     ($$"""{"key":"k","etag":"{{etag}}"}""", true), ($$"""{"key":"k","etag":"\"{{etag}}\""}""", true),
                     ($$"""{"key":"k","etag":"W/\"{{etag}}\""}""", true),
                     ($$"""{"key":"k","create_revision":{{created}}}""", true), ($$"""{"key":"k","create_revision":{{etag}}}""", false),
                     ("""{"key":"no","create_revision":1}""", false),
                     ("""{"key":"k","etag":"1"}""", false), ("""{"key":"k","exists":true}""", true), ("""{"key":"k","exists":false}""", false),
                     ("""{"key":"no","exists":false}""", true), ("""{"key":"no","exists":true}""", false), ("""{"key":"k","value":"v"}""", true),
                     ("""{"key":"k","value":"w"}""", false), ("""{"key":"k","value":"dg==","encoding":"base64"}""", true),
                     ("""{"key":"no","value":""}""", false),
                 })
        {
            var answer = await Txn($$"""
                {"compare":[{{compare}}],"success":[{"op":"set","key":"took","value":"success"}],"failure":[{"op":"set","key":"took","value":"failure"}]}
                """);
            Assert.That(answer.Json.GetProperty("succeeded").GetBoolean(), Is.EqualTo(holds), compare);
            Assert.That(
                (await Kv.Get("took")).Json.GetProperty("value").GetString(), Is.EqualTo(holds ? "success" : "failure"),
                compare);
        }
    }

    [Test]
    public async Task Without_an_else_branch_a_failed_compare_changes_nothing_and_is_reported()
    {
        var etag = (await Kv.Put("k", "v")).Header("ETag")!.Trim('"');

        var answer = await Txn("""
            {"compare":[{"key":"k","exists":true},{"key":"no","exists":true}],"success":[{"op":"set","key":"k","value":"lost"}]}
            """);

        Expect.Problem(answer, 412, "Precondition failed");
        var found = answer.Json.GetProperty("found");
        Assert.That(found[0].GetProperty("etag").GetString(), Is.EqualTo(etag));
        Assert.That(found[1].GetProperty("etag").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("v"));
    }

    [Test]
    public async Task A_hundred_operations_are_all_done()
    {
        var sets = string.Join(',', Enumerable.Range(0, 100).Select(number =>
            $$"""{"op":"set","key":"k{{number:d2}}","value":"v","content_type":"text/plain"}"""));

        var answer = await Txn($$"""{"success":[{{sets}}]}""");
        Assert.That(answer.Json.GetProperty("results").GetArrayLength(), Is.EqualTo(100), answer.ToString());

        var deletes = string.Join(',', Enumerable.Range(0, 100).Select(number => $$"""{"op":"delete","key":"k{{number:d2}}"}"""));
        Assert.That((await Txn($$"""{"success":[{{deletes}}]}""")).Status, Is.EqualTo(200));
        Expect.Problem(await Kv.List("k"), 404, "Key not found");
    }

    [TestCase("""{"success":[{"op":"set","key":"a","value":"1"},{"op":"set","key":"a","value":"2"}]}""")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"1"},{"op":"delete","key":"a"}]}""")]
    [TestCase("""{"compare":[{"key":"a","exists":true}],"failure":[{"op":"delete","key":"a"},{"op":"delete","key":"a"}]}""")]
    public async Task A_key_that_is_written_twice_is_refused_by_its_name(string body)
    {
        var answer = await Txn(body);

        Expect.Problem(answer, 422, null);
        Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("'a'"));
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));
    }

    [TestCase("{}", "success", "at least one")]
    [TestCase("""{"compare":[],"success":[],"failure":[]}""", "success", "at least one")]
    [TestCase("""{"success":[{"op":"txn","key":"a"}]}""", "success[0].op", "get, set or delete")]
    [TestCase("""{"success":[{"key":"a"}]}""", "success[0].op", "get, set or delete")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v"},{"op":"set","value":"v"}]}""", "success[1].key", "required")]
    [TestCase("""{"success":[{"op":"set","key":"a"}]}""", "success[0].value", "required")]
    [TestCase("""{"success":[{"op":"set","key":"","value":"v"}]}""", "success[0].key", "empty")]
    [TestCase("""{"success":[{"op":"set","key":"a*","value":"v"}]}""", "success[0].key", "'*'")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v","ttl":-1}]}""", "success[0].ttl", "31536000")]
    [TestCase("""{"failure":[{"op":"set","key":"a","value":"v","ttl":"1"}]}""", "failure[0].ttl", "whole number")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"!","encoding":"base64"}]}""", "success[0].value", "base64")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v","encoding":"hex"}]}""", "success[0].encoding", "base64")]
    [TestCase("""{"success":[{"op":"get","key":"a","value":"v"}]}""", "success[0].value", "only for set")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v","etag":"1"}]}""", "success[0].etag", "is only for a bulk")]
    [TestCase("""{"compare":[{"key":"a"}]}""", "compare[0]", "one of")]
    [TestCase("""{"compare":[{"key":"a","exists":true,"value":"v"}]}""", "compare[0]", "one of")]
    [TestCase("""{"compare":[{"key":"a","etag":"W/1"}]}""", "compare[0].etag", "entity tag")]
    [TestCase("""{"compare":[{"key":"a","etag":"x"}]}""", "compare[0].etag", "entity tag")]
    [TestCase("""{"compare":{"key":"a"}}""", "compare", "array")]
    [TestCase("""{"compare":["a"]}""", "compare[0]", "object")]
    [TestCase("""{"then":[]}""", "then", "not a member")]
    [TestCase("[]", "body", "object")]
    public async Task A_mistake_is_refused_by_its_position(string body, string field, string saying)
    {
        Expect.Problem(await Txn(body), 400, null, field, saying);
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_hundred_and_one_operations_are_too_many()
    {
        var sets = string.Join(',', Enumerable.Range(0, 101).Select(number => $$"""{"op":"set","key":"k{{number}}","value":"v"}"""));

        Expect.Problem(await Txn($$"""{"success":[{{sets}}]}"""), 400, null, "success", "max 100");
        Expect.Problem(await Kv.List("k"), 404, "Key not found");
    }

    [TestCase("""{"success":[""", """{"op":"delete","key":"a"},""", "success", "max 100")]
    [TestCase("""{"success":[{"op":"get","key":"a"}],"failure":[""", """{"op":"delete","key":"a"},""", "success", "max 100")]
    [TestCase("""{"compare":[""", """{"key":"a","exists":true},""", "compare", "max 100")]
    public async Task Too_many_operations_are_refused_before_the_rest_of_the_body_arrives(
        string start, string one, string field, string saying)
    {
        var answer = await UnfinishedBody.Send(Host, Kv, "/txn", start + string.Concat(Enumerable.Repeat(one, 101)));

        Expect.Problem(answer, 400, null, field, saying);
    }

    [Test]
    public async Task The_first_twenty_of_many_mistakes_are_reported()
    {
        var wrong = string.Join(',', Enumerable.Range(0, 100).Select(number => $$"""{"op":"set","key":"k{{number}}*","value":"v","ttl":-1}"""));

        var answer = await Txn($$"""{"success":[{{wrong}}]}""");

        Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
        var errors = answer.Json.GetProperty("errors").EnumerateObject().ToArray();
        Assert.That(errors.Sum(field => field.Value.GetArrayLength()), Is.EqualTo(20));
        Assert.That(errors[0].Name, Is.EqualTo("success[0].key"));
    }

    [Test]
    public async Task Members_may_come_in_any_order_and_letter_case_and_as_null()
    {
        await Kv.Put("k", "v");

        var answer = await Txn("""
            {"Failure":null,"success":[{"KEY":"k","op":"set","value":"w","ttl":null}],"compare":[{"value":"v","key":"k"}]}
            """);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("w"));
    }

    [TestCase("""{"success":[],"Success":[]}""", "success")]
    [TestCase("""{"success":[{"op":"set","key":"a","Key":"b","value":"v"}]}""", "success[0].key")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":["v"]}]}""", "success[0].value")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v"}]} {}""", "body")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v"}]""", "body")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"v"},]}""", "body")]
    [TestCase("""{"success":[{"op":"set","key":"a","value":"\ud800"}]}""", "success[0].value")]
    [TestCase("""{"\ud800":[]}""", "body")]
    public async Task A_malformed_body_changes_nothing(string body, string field)
    {
        Expect.Problem(await Txn(body), 400, "Invalid input", field);
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));
    }

    [TestCase("utf-8")]
    [TestCase("utf-16")]
    public async Task Bodies_may_be_in_another_charset(string charset)
    {
        var body = charset == "utf-8"
            ? [0xEF, 0xBB, 0xBF, .. "{\"success\":[{\"op\":\"set\",\"key\":\"\u00fc\",\"value\":\"v\"}]}"u8]
            : Encoding.Unicode.GetBytes("""{"success":[{"op":"set","key":"ü","value":"v"}]}""");

        var answer = await Kv.With(
            HttpMethod.Post, "/txn", KvClient.Bytes(body, $"application/json; charset={charset}"));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That((await Kv.Get("ü")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Concurrent_transfers_keep_the_sum()
    {
        string[] accounts = ["a", "b", "c"];
        foreach (var account in accounts)
            await Kv.Put(account, "100");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async mover =>
        {
            var random = new Random(mover);
            for (var moves = 0; moves < 10; moves++)
            {
                var pair = accounts.OrderBy(_ => random.Next()).Take(2).ToArray();
                var (from, to) = (await Kv.Get(pair[0]), await Kv.Get(pair[1]));
                var answer = await Txn($$"""
                    {"compare":[{"key":"{{pair[0]}}","etag":{{JsonSerializer.Serialize(from.Header("ETag"))}}},{"key":"{{pair[1]}}","etag":{{JsonSerializer.Serialize(to.Header("ETag"))}}}],
                     "success":[{"op":"set","key":"{{pair[0]}}","value":"{{Balance(from) - 1}}"},{"op":"set","key":"{{pair[1]}}","value":"{{Balance(to) + 1}}"}]}
                    """);
                Assert.That(answer.Status, Is.EqualTo(200).Or.EqualTo(412), answer.ToString());
            }
        }));

        var balances = await Task.WhenAll(accounts.Select(Kv.Get));
        Assert.That(balances.Sum(Balance), Is.EqualTo(300));

        static int Balance(Answer answer) => int.Parse(answer.Json.GetProperty("value").GetString()!, null);
    }

    private Task<Answer> Txn(string body) =>
        Kv.With(HttpMethod.Post, "/txn", KvClient.Json(Encoding.UTF8.GetBytes(body)));
}
