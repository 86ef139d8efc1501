using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

/// <summary>Clients that write nulls out: null is the same as leaving a member out.</summary>
internal sealed class NullTests(Engine engine) : EngineTests(engine)
{
    private const string Nulls = """
        "value":null,"encoding":null,"ttl":null,"content_type":null,"etag":null,"exists":null,"create_revision":null
        """;

    [Test]
    public async Task Operations_take_nulls_for_all_that_they_do_not_need()
    {
        await Kv.Put("a", "1");

        var bulk = await Kv.Send(HttpMethod.Post, "/bulk", $$"""
            [{"op":"get","key":"a",{{Nulls}}},{"op":"delete","key":"a",{{Nulls}}},
             {"op":"set","key":"b","value":"2","encoding":null,"ttl":null,"content_type":null,"etag":null,"exists":null}]
            """);
        var transaction = await Kv.Send(HttpMethod.Post, "/txn", $$"""
            {"compare":[{"key":"b","exists":true,"etag":null,"create_revision":null,"value":null,"encoding":null}],
             "success":[{"op":"get","key":"b",{{Nulls}}}],"failure":null}
            """);

        Assert.That(
            bulk.Json.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("status").GetInt32()),
            Is.EqualTo(new[] { 200, 204, 200 }), bulk.ToString());
        Assert.That(
            transaction.Json.GetProperty("results")[0].GetProperty("value").GetString(), Is.EqualTo("2"),
            transaction.ToString());
    }

    [Test]
    public async Task In_a_change_of_a_webhook_null_keeps_a_member_and_an_empty_value_removes_it()
    {
        var id = await Kv.Register("""
            {"key":"a","event":"*","endpoint":"http://127.0.0.1:9/","method":"PUT","headers":{"X-A":"1"},"payload":{"p":1},
             "add_event_data":true,"changed_only":true,"timeout_seconds":7,"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
            """);
        var before = (await Kv.Send(HttpMethod.Get, $"/webhooks/{id}")).Body;

        var nulls = await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """
            {"key":null,"event":null,"endpoint":null,"method":null,"headers":null,"payload":null,"add_event_data":null,
             "changed_only":null,"timeout_seconds":null,"secret":null,"status":null}
            """);
        var back = await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", before);
        var removed = await Kv.Send(HttpMethod.Put, $"/webhooks/{id}", """{"secret":"","timeout_seconds":0,"headers":{},"payload":{}}""");

        Assert.That((nulls.Body, back.Body), Is.EqualTo((before, before)));
        Assert.That(Expect.Members(removed.Json), Has.None.AnyOf("secret", "timeout_seconds", "headers", "payload"));
    }
}
