using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Webhooks;

/// <summary>
/// Webhooks from their registration to their end, in the predecessor's contract and with Kv's additions.
/// </summary>
internal sealed class RegistrationTests(Engine engine) : WebhookTests(engine)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_HEADERS", "masked")];

    [Test]
    public async Task A_plain_webhook_shows_as_it_was_registered()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var id = await Register();

        var read = await Get(id);

        Assert.That(read.Status, Is.EqualTo(200));
        Assert.That(read.ContentType, Is.EqualTo("application/json"));
        var createdAt = read.Json.GetProperty("created_at").GetInt64();
        Assert.That(createdAt, Is.GreaterThanOrEqualTo(before));
        Assert.That(read.Body, Is.EqualTo(
            $$"""{"id":"{{id}}","namespace":"{{Kv.Namespace}}","appName":"{{Kv.AppName}}","key":"user:*","event":"update","endpoint":"http://example.com/hook","method":"POST","add_event_data":false,"created_at":{{createdAt}},"changed_only":false,"status":"active"}"""));
    }

    [Test]
    public async Task Every_setting_is_shown_and_secrets_are_masked()
    {
        var id = await Register(
            $$"""
            {{Plain}},"method":"patch","headers":{"X-Token":"hidden-1","X-Other":"hidden-2"},"payload":{ "a": [1, "é", 1.50] },
            "add_event_data":true,"changed_only":true,"timeout_seconds":7,"secret":"{{Secret}}"
            """);

        var read = await Get(id);

        Assert.That(Expect.Members(read.Json), Is.EqualTo(new[]
        {
            "id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "payload", "add_event_data",
            "created_at",
            "changed_only", "timeout_seconds", "secret", "status",
        }));
        Assert.That(read.Json.GetProperty("method").GetString(), Is.EqualTo("PATCH"));
        Assert.That(read.Json.GetProperty("headers").GetRawText(), Is.EqualTo("""{"X-Token":"********","X-Other":"********"}"""));
        Assert.That(read.Json.GetProperty("payload").GetRawText(), Is.EqualTo("""{"a":[1,"é",1.50]}"""));
        Assert.That(read.Json.GetProperty("timeout_seconds").GetInt32(), Is.EqualTo(7));
        Assert.That(read.Json.GetProperty("secret").GetString(), Is.EqualTo("********"));
    }

    [Test]
    public async Task No_answer_gives_a_secret_or_a_headers_value_away()
    {
        var id = await Register($$"""{{Plain}},"headers":{"X-Token":"hidden-1"},"secret":"{{Secret}}" """);

        Answer[] answers =
        [
            await Get(id), await Get("*"), await List(), await Put(id, """{"key":"k"}"""),
            await Put(id, """{"headers":{"X-Token":"hidden-2","X-Bad":"hidden-3\n"}}"""), await Put(id, """{"secret":"whsec_hidden"}"""),
            await Post($"{{{Plain},\"headers\":{{\"Host\":\"hidden-4\"}}}}"), await Post($$"""{{{Plain}},"secret":"hidden-5"}"""),
            await Post($"{{{Plain},\"headers\":{{\"X-A\":[\"hidden-6\"]}}}}"), await Post($$"""{{{Plain}},"secret":["hidden-7"]}"""),
        ];

        foreach (var answer in answers)
            Assert.That(answer.Body, Does.Not.Contain("hidden").And.Not.Contain("MfKQ9r8G"), answer.ToString());
    }

    [TestCase("\"create\"", "\"create\"")]
    [TestCase("\"DELETE\"", "\"delete\"")]
    [TestCase("\"expire\"", "\"expire\"")]
    [TestCase("\"*\"", "\"*\"")]
    [TestCase("[\"Update\"]", "\"update\"")]
    [TestCase("[\"update\",\"create\",\"update\"]", "[\"create\",\"update\"]")]
    [TestCase("[\"create\",\"update\",\"delete\",\"expire\"]", "\"*\"")]
    public async Task An_event_may_be_one_or_several(string given, string shown)
    {
        var id = await Register($$"""{{Plain.Replace("\"update\"", given)}}""");

        Assert.That((await Get(id)).Json.GetProperty("event").GetRawText(), Is.EqualTo(shown));
    }

    [Test]
    public async Task Members_are_read_in_any_letter_case_and_null_means_absent()
    {
        var id = await Register(
            """
            "KEY":"k","Event":"update","EndPoint":"http://example.com","method":null,"headers":null,"payload":null,
            "Add_Event_Data":true,"changed_only":null,"timeout_seconds":null,"secret":null
            """);

        var read = (await Get(id)).Json;
        Assert.That(read.GetProperty("add_event_data").GetBoolean(), Is.True);
        Assert.That(
            Expect.Members(read),
            Has.None.EqualTo("secret").And.None.EqualTo("timeout_seconds").And.None.EqualTo("headers"));
    }

    [Test]
    public async Task A_change_keeps_the_members_that_it_omits()
    {
        var id = await Register(
            $$"""
            {{Plain}},"method":"PUT","headers":{"X-Token":"a"},"payload":{"a":1},"add_event_data":true,"changed_only":true,
            "timeout_seconds":7,"secret":"{{Secret}}"
            """);
        var before = (await Get(id)).Body;

        Assert.That((await Put(id, "{}")).Body, Is.EqualTo(before));
        Assert.That(
            (await Put(id, """{"key":"","event":"","endpoint":"","method":"","headers":null,"payload":null,"add_event_data":null}""")).Body,
            Is.EqualTo(before));
        var changed = await Put(id, """{"event":["create","delete"],"method":"get"}""");

        Assert.That(changed.Status, Is.EqualTo(200));
        Assert.That(
            changed.Body,
            Is.EqualTo(before.Replace("\"update\"", "[\"create\",\"delete\"]").Replace("\"PUT\"", "\"GET\"")));
        Assert.That((await Get(id)).Body, Is.EqualTo(changed.Body));
    }

    [Test]
    public async Task A_change_sets_and_clears_the_members_that_it_names()
    {
        var id = await Register(
            $$"""
            {{Plain}},"headers":{"X-Token":"a"},"payload":{"a":1},"add_event_data":true,"timeout_seconds":7,"secret":"{{Secret}}"
            """);

        var changed = await Put(
            id,
            """
            {"key":"k","endpoint":"https://example.org/","headers":{},"payload":{},"add_event_data":false,"timeout_seconds":0,"secret":""}
            """);

        Assert.That(
            Expect.Members(changed.Json),
            Is.EqualTo(new[]
            {
                "id", "namespace", "appName", "key", "event", "endpoint", "method", "add_event_data", "created_at",
                "changed_only", "status",
            }));
        Assert.That(changed.Json.GetProperty("key").GetString(), Is.EqualTo("k"));
        Assert.That(changed.Json.GetProperty("endpoint").GetString(), Is.EqualTo("https://example.org/"));
        Assert.That(changed.Json.GetProperty("add_event_data").GetBoolean(), Is.False);
    }

    [Test]
    public async Task An_answer_can_be_edited_and_sent_back()
    {
        var id = await Register($$"""{{Plain}},"headers":{"X-Token":"a"},"payload":{"a":1},"secret":"{{Secret}}" """);
        var read = (await Get(id)).Body;

        Assert.That((await Put(id, read)).Body, Is.EqualTo(read));
        Expect.Problem(await Put(id, """{"headers":{"X-New":"********"}}"""), 400, null, "headers", "X-New");
        Expect.Problem(
            await Post($"{{{Plain},\"headers\":{{\"X-New\":\"********\"}}}}"), 400, null, "headers", "X-New");
        Expect.Problem(await Post($$"""{{{Plain}},"secret":"********"}"""), 400, null, "secret");
    }

    [Test]
    public async Task Its_owner_can_disable_and_enable_it()
    {
        var id = await Register();

        var disabled = (await Put(id, """{"status":"disabled"}""")).Json;
        Assert.That(disabled.GetProperty("status").GetString(), Is.EqualTo("disabled"));
        Assert.That(disabled.GetProperty("disabled_reason").GetString(), Is.EqualTo("Disabled by its owner."));
        Assert.That((await Get(id)).Json.GetProperty("status").GetString(), Is.EqualTo("disabled"));

        var enabled = (await Put(id, """{"status":"active"}""")).Json;
        Assert.That(enabled.GetProperty("status").GetString(), Is.EqualTo("active"));
        Assert.That(Expect.Members(enabled), Has.None.EqualTo("disabled_reason"));
    }

    [Test]
    public async Task A_new_secret_is_shown_once()
    {
        var id = await Register();

        var first = await Kv.Send(HttpMethod.Post, $"/webhooks/{id}/rotate-secret");
        var second = await Kv.Send(HttpMethod.Post, $"/webhooks/{id}/rotate-secret");

        Assert.That(first.Status, Is.EqualTo(200));
        Assert.That(Expect.Members(first.Json), Is.EqualTo(new[] { "secret" }));
        var secret = first.Json.GetProperty("secret").GetString();
        Assert.That(secret, Does.StartWith("whsec_").And.Length.GreaterThan(40));
        Assert.That(second.Json.GetProperty("secret").GetString(), Is.Not.EqualTo(secret));
        Assert.That((await Get(id)).Json.GetProperty("secret").GetString(), Is.EqualTo("********"));
    }

    [Test]
    public async Task A_webhook_that_was_deleted_is_gone()
    {
        var id = await Register();

        Assert.That((await Kv.Send(HttpMethod.Delete, $"/webhooks/{id}")).Status, Is.EqualTo(204));
        Assert.That((await Kv.Send(HttpMethod.Delete, $"/webhooks/{id}")).Status, Is.EqualTo(204));
        Assert.That((await Kv.Send(HttpMethod.Delete, "/webhooks/no-id")).Status, Is.EqualTo(204));
        Expect.Problem(await Get(id), 404, "Webhook not found");
        Expect.Problem(await Put(id, "{}"), 404, "Webhook not found");
        Assert.That((await List()).Body, Is.EqualTo("[]"));
    }

    [TestCase("7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b")]
    [TestCase("no-id")]
    [TestCase("a/b")]
    [TestCase("%2F")]
    public async Task An_unknown_webhook_is_not_found(string id)
    {
        Expect.Problem(await Get(id), 404, "Webhook not found");
        Expect.Problem(await Put(id, "{}"), 404, "Webhook not found");
    }

    [TestCase("7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b")]
    [TestCase("no-id")]
    public async Task An_unknown_webhook_gets_no_new_secret(string id) =>
        Expect.Problem(await Kv.Send(HttpMethod.Post, $"/webhooks/{id}/rotate-secret"), 404, "Webhook not found");

    [Test]
    public async Task Another_tenant_neither_sees_nor_changes_it()
    {
        var id = await Register();
        var before = (await Get(id)).Body;
        foreach (var other
            in new[] { new KvClient(Host.Http, Kv.Namespace, "other"), new KvClient(Host.Http, "other", Kv.AppName) })
        {
            Expect.Problem(await other.Send(HttpMethod.Get, $"/webhooks/{id}"), 404, "Webhook not found");
            Expect.Problem(await other.Send(HttpMethod.Put, $"/webhooks/{id}", """{"key":"theirs"}"""), 404, "Webhook not found");
            Expect.Problem(
                await other.Send(HttpMethod.Post, $"/webhooks/{id}/rotate-secret"), 404, "Webhook not found");
            Assert.That((await other.Send(HttpMethod.Delete, $"/webhooks/{id}")).Status, Is.EqualTo(204));
            Assert.That((await other.Send(HttpMethod.Get, "/webhooks/*")).Body, Is.EqualTo("[]"));
            Assert.That((await other.Send(HttpMethod.Get, "/webhooks")).Body, Is.EqualTo("[]"));
        }

        Assert.That((await Get(id)).Body, Is.EqualTo(before));
    }

    [Test]
    public async Task Concurrent_registrations_do_not_exceed_the_limit()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Post($$"""{{{Plain}}}""")));

        Assert.That(answers.Count(answer => answer.Status == 201), Is.EqualTo(5));
        foreach (var refused in answers.Where(answer => answer.Status != 201))
            Expect.Problem(refused, 409, "Too many webhooks (max 5)");
        var listed = (await List()).Json.EnumerateArray().ToArray();
        Assert.That(listed, Has.Length.EqualTo(5));

        await Kv.Send(HttpMethod.Delete, $"/webhooks/{listed[0].GetProperty("id").GetString()}");
        await Register();
    }
}
