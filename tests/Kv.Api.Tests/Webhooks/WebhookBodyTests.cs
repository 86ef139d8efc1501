using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Webhooks;

/// <summary>Wrong bodies: the error names the field, and nothing is written.</summary>
internal sealed class WebhookBodyTests(Engine engine) : WebhookTests(engine)
{
    [TestCase("{}", "Key must not be empty")]
    [TestCase("""{"event":"update","endpoint":"http://example.com"}""", "Key must not be empty")]
    [TestCase("""{"key":"","event":"update","endpoint":"http://example.com"}""", "Key must not be empty")]
    [TestCase("""{"key":"k","endpoint":"http://example.com"}""", "Event must not be empty")]
    [TestCase("""{"key":"k","event":"","endpoint":"http://example.com"}""", "Event must not be empty")]
    [TestCase("""{"key":"k","event":[],"endpoint":"http://example.com"}""", "Event must not be empty")]
    [TestCase("""{"key":"k","event":"update"}""", "Endpoint must not be empty")]
    [TestCase("""{"key":"k","event":"update","endpoint":""}""", "Endpoint must not be empty")]
    [TestCase("""{"key":"k","event":"expired","endpoint":"http://example.com"}""", "Event must be one of: create, update, delete")]
    [TestCase("""{"key":"k","event":["create",""],"endpoint":"http://example.com"}""", "Event must be one of: create, update, delete")]
    [TestCase("""{"key":"k","event":"update","endpoint":"example.com"}""", "Endpoint must be an absolute http or https URL")]
    [TestCase("""{"key":"k","event":"update","endpoint":"file:///etc/passwd"}""", "Endpoint must be an absolute http or https URL")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","method":"BREW"}""", "Invalid method")]
    public async Task The_errors_of_the_contract_are_given_word_for_word(string body, string error)
    {
        Expect.Problem(await Post(body), 400, error);
        Assert.That((await List()).Body, Is.EqualTo("[]"));
    }

    [TestCase("\"event\":\"never\"", "Event must be one of: create, update, delete", "event")]
    [TestCase("\"event\":[]", "Event must not be empty", "event")]
    [TestCase("\"endpoint\":\"nowhere\"", "Endpoint must be an absolute http or https URL", "endpoint")]
    [TestCase("\"method\":\"BREW\"", "Invalid method", "method")]
    [TestCase("\"headers\":{\"Host\":\"a\"}", "Header 'Host' is reserved", "headers")]
    [TestCase("\"headers\":{\"webhook-id\":\"a\"}", "Header 'webhook-id' is reserved", "headers")]
    [TestCase("\"headers\":{\"X A\":\"a\"}", "Header 'X A' has an invalid name: use letters, digits and -_.~!#$%&'*+^`|", "headers")]
    [TestCase("\"headers\":{\"X-A\":\"a\\r\\nX-B: b\"}", null, "headers")]
    [TestCase("\"headers\":{\"X-A\":\"a\\u0000\"}", null, "headers")]
    [TestCase("\"timeout_seconds\":-1", "Timeout must be between 1 and 30 seconds", "timeout_seconds")]
    [TestCase("\"timeout_seconds\":31", "Timeout must be between 1 and 30 seconds", "timeout_seconds")]
    [TestCase("\"secret\":\"password\"", "Secret must be whsec_ and the base64 of 24 to 64 bytes", "secret")]
    [TestCase("\"key\":1", "Invalid input", "key")]
    [TestCase("\"key\":[\"k\"]", "Invalid input", "key")]
    [TestCase("\"event\":1", "Invalid input", "event")]
    [TestCase("\"event\":[1]", "Invalid input", "event")]
    [TestCase("\"event\":[null]", "Invalid input", "event")]
    [TestCase("\"event\":{}", "Invalid input", "event")]
    [TestCase("\"endpoint\":true", "Invalid input", "endpoint")]
    [TestCase("\"method\":1", "Invalid input", "method")]
    [TestCase("\"headers\":[]", "Invalid input", "headers")]
    [TestCase("\"headers\":{\"X-A\":1}", "Invalid input", "headers")]
    [TestCase("\"headers\":{\"X-A\":null}", "Invalid input", "headers")]
    [TestCase("\"headers\":{\"X-A\":\"a\",\"x-a\":\"b\"}", "Invalid input", "headers")]
    [TestCase("\"payload\":\"text\"", "Invalid input", "payload")]
    [TestCase("\"payload\":[]", "Invalid input", "payload")]
    [TestCase("\"payload\":{\"a\":1,\"a\":2}", "Invalid input", "payload")]
    [TestCase("\"payload\":{\"a\":[{\"b\":\"\\ud800\"}]}", "Invalid input", "payload")]
    [TestCase("\"payload\":{\"\\ud800\":1}", "Invalid input", "payload")]
    [TestCase("\"add_event_data\":\"true\"", "Invalid input", "add_event_data")]
    [TestCase("\"changed_only\":1", "Invalid input", "changed_only")]
    [TestCase("\"timeout_seconds\":\"1\"", "Invalid input", "timeout_seconds")]
    [TestCase("\"timeout_seconds\":1.5", "Invalid input", "timeout_seconds")]
    [TestCase("\"timeout_seconds\":1e99", "Timeout must be between 1 and 30 seconds", "timeout_seconds")]
    [TestCase("\"secret\":1", "Invalid input", "secret")]
    [TestCase("\"key\":\"\\ud800\"", "Invalid input", "key")]
    [TestCase("\"keys\":\"k\"", "Invalid input", "keys")]
    [TestCase("\"method\":\"GET\",\"Method\":\"GET\"", "Invalid input", "method")]
    public async Task A_wrong_member_is_named_and_changes_nothing(string member, string? error, string field)
    {
        var id = await Register();
        var before = (await List()).Body;
        var name = member[1..member.IndexOf('"', 1)];
        var rest = string.Join(',', Plain.Split(',').Where(one => !one.StartsWith($"\"{name}\"")));

        Expect.Problem(await Post($$"""{{{rest}},{{member}}}"""), 400, error, field);
        Expect.Problem(await Put(id, $$"""{{{member}}}"""), 400, error, field);

        Assert.That((await List()).Body, Is.EqualTo(before));
    }

    [Test]
    public async Task A_status_is_one_of_two_and_no_part_of_a_registration()
    {
        var id = await Register();

        Expect.Problem(await Put(id, """{"status":"paused"}"""), 400, "Status must be one of: active, disabled", "status");
        Expect.Problem(await Post($$"""{{{Plain}},"status":"active"}"""), 400, "Invalid input", "status");
    }

    [Test]
    public async Task A_member_that_is_too_large_is_refused_with_its_limit()
    {
        Expect.Problem(
            await Post($$"""{{{Plain.Replace("user:*", new string('k', 101))}}}"""), 400, "Key too long (max 100 characters)", "key");
        Expect.Problem(
            await Post($$"""{{{Plain.Replace("/hook", $"/{new string('a', 2048)}")}}}"""),
            400, "Endpoint too long (max 2048 characters)", "endpoint");
        Expect.Problem(
            await Post($$$"""{{{{Plain}}},"payload":{"a":"{{{new string('a', 65_536)}}}"}}"""),
            400, "Payload too large (max 65536 bytes)", "payload");
        var headers = string.Join(',', Enumerable.Range(0, 51).Select(number => $"\"X-{number}\":\"a\""));
        Expect.Problem(await Post($$$"""{{{{Plain}}},"headers":{{{{headers}}}}}"""), 400, "Too many headers (max 50)", "headers");
        Assert.That(await Register(Plain.Replace("user:*", new string('k', 100) + "*")), Is.Not.Empty);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{\"\\ud800\":1}")]
    public async Task A_body_that_is_not_a_JSON_object_is_refused(string body)
    {
        var id = await Register();

        Expect.Problem(await Post(body), 400, "Invalid input", "body");
        Expect.Problem(await Put(id, body), 400, "Invalid input", "body");
        Expect.Problem(await Kv.Send(HttpMethod.Post, $"/webhooks/{id}/replay", body), 400, "Invalid input", "body");
    }

    [Test]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        byte[] body = [.. """{"event":"update","endpoint":"http://example.com","key":" """u8, 0xff, .. "\"}"u8];

        Expect.Problem(await Kv.Send(HttpMethod.Post, "/webhooks", KvClient.Json(body)), 400, "Invalid input");
        Assert.That((await List()).Body, Is.EqualTo("[]"));
    }

    [Test]
    public async Task A_deeply_nested_payload_is_refused()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);

        Expect.Problem(await Post($$$"""{{{{Plain}}},"payload":{"a":{{{deep}}}}}"""), 400, "Invalid input");
    }

    [Test]
    public async Task A_content_type_that_is_not_json_is_415()
    {
        using var content = new StringContent($$"""{{{Plain}}}""", Encoding.UTF8, "text/plain");

        Expect.Problem(await Kv.Send(HttpMethod.Post, "/webhooks", content), 415, "Invalid input");
    }

    [Test]
    public async Task Tenant_names_have_limits()
    {
        var long26 = new KvClient(Host.Http, new string('n', 26), "app");

        Expect.Problem(
            await long26.Send(HttpMethod.Get, "/webhooks"), 400, "Namespace too long (max 25 characters)", "namespace");
        Expect.Problem(
            await long26.Send(HttpMethod.Post, "/webhooks", $$"""{{{Plain}}}"""), 400, "Namespace too long (max 25 characters)", "namespace");
        Expect.Problem(
            await long26.Send(HttpMethod.Delete, "/webhooks/x"), 400, "Namespace too long (max 25 characters)",
            "namespace");
    }

    [TestCase("""{}""", "Invalid input")]
    [TestCase("""{"since":null}""", "Invalid input")]
    [TestCase("""{"since":"1"}""", "Invalid input")]
    [TestCase("""{"since":1.5}""", "Invalid input")]
    [TestCase("""{"since":-1}""", "Since must be a revision, 0 or more")]
    public async Task A_replay_needs_a_revision(string body, string error) =>
        Expect.Problem(await Kv.Send(HttpMethod.Post, $"/webhooks/{Guid.NewGuid()}/replay", body), 400, error, "since");

    [TestCase("status=maybe", "Status must be one of: pending, failed, delivered", "status")]
    [TestCase("limit=0", "Limit must be between 1 and 100", "limit")]
    [TestCase("limit=101", "Limit must be between 1 and 100", "limit")]
    [TestCase("limit=many", "Invalid input", "limit")]
    [TestCase("cursor=x", "Cursor must be the cursor of a page of this webhook's deliveries", "cursor")]
    public async Task A_wrong_listing_of_deliveries_is_refused(string query, string error, string field) =>
        Expect.Problem(
        await Kv.Send(HttpMethod.Get, $"/webhooks/{Guid.NewGuid()}/deliveries?{query}"), 400, error, field);
}
