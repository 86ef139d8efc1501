using System.Text.Json;
using Kv.Api.Tests.Audit;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;

namespace Kv.Api.Tests.Access;

/// <summary>A webhook stores the API key that registered it, so that it can be disabled with that key.</summary>
internal sealed class RegistrantTests(Engine engine) : AccessTest(engine)
{
    protected override (string Name, string? Value)[] Settings => [("AUTH", "apikey"), ("AUDIT", "store")];

    [Test]
    public async Task It_shows_which_key_registered_it()
    {
        var key = await Key();
        var id = await Register(Holder(key));

        Assert.That(Registrant(await Get(id)), Is.EqualTo(key.Id));
        Assert.That(Registrant((await Holder(key).Send(HttpMethod.Get, "/webhooks")).Json[0]), Is.EqualTo(key.Id));
    }

    [Test]
    public async Task A_changed_endpoint_or_an_enabling_makes_its_caller_the_registrant()
    {
        var (first, second, third) = (await Key(), await Key(), await Key());
        var id = await Register(Holder(first));

        var renamed = await Change(second, id, """{"key":"b","endpoint":"https://example.com/a"}""");
        var moved = await Change(second, id, """{"endpoint":"https://example.com/b"}""");
        var disabled = await Change(third, id, """{"status":"disabled"}""");
        var enabled = await Change(third, id, """{"status":"active"}""");
        var enabledAgain = await Change(first, id, """{"status":"active"}""");

        Assert.That(
            new[] { renamed, moved, disabled, enabled, enabledAgain }.Select(Registrant),
            Is.EqualTo(new[] { first.Id, second.Id, second.Id, third.Id, third.Id }));
        Assert.That(
            Registrant(await Change(first, id, enabledAgain.ToString())), Is.EqualTo(third.Id),
            "an answer is sent back");
    }

    [Test]
    public async Task A_revocation_leaves_the_webhooks_of_the_key_active_and_names_them()
    {
        var (key, other) = (await Key(), await Key());
        var id = await Register(Holder(key));
        await Register(Holder(other));

        var revoked = await Revoke(key, "");

        Assert.That(Expect.Members(revoked), Is.EqualTo(new[] { "id", "webhook_count", "webhooks" }));
        Assert.That(revoked.GetProperty("id").GetString(), Is.EqualTo(key.Id));
        Assert.That(revoked.GetProperty("webhook_count").GetInt32(), Is.EqualTo(1));
        var left = revoked.GetProperty("webhooks")[0];
        Assert.That(left.GetProperty("id").GetString(), Is.EqualTo(id));
        Assert.That(left.GetProperty("status").GetString(), Is.EqualTo("active"));
        Assert.That((await Get(id)).GetProperty("status").GetString(), Is.EqualTo("active"));
        await ExpectNoted(key, "leave_webhook", id);
    }

    [Test]
    public async Task A_revocation_disables_the_webhooks_of_the_key_on_request()
    {
        var (key, other) = (await Key(), await Key());
        var (mine, theirs) = (await Register(Holder(key)), await Register(Holder(other)));

        var revoked = await Revoke(key, "?disable_webhooks=true");

        Assert.That(revoked.GetProperty("webhooks")[0].GetProperty("status").GetString(), Is.EqualTo("disabled"));
        var webhook = await Get(mine);
        Assert.That(webhook.GetProperty("status").GetString(), Is.EqualTo("disabled"));
        Assert.That(webhook.GetProperty("disabled_reason").GetString(), Is.EqualTo(
            $"The API key {key.Id}, which registered it, was revoked."));
        Assert.That((await Get(theirs)).GetProperty("status").GetString(), Is.EqualTo("active"));
        await ExpectNoted(key, "disable_webhook", mine);
        Assert.That((await (await Administrator()).Trail()).Changes(), Does.Contain($"change_webhook {mine}"));
    }

    [Test]
    public async Task Webhooks_of_a_key_revoked_earlier_can_be_disabled()
    {
        var key = await Key();
        var id = await Register(Holder(key));
        await Revoke(key, "");

        var again = await Revoke(key, "?disable_webhooks=true");

        Assert.That(again.GetProperty("webhook_count").GetInt32(), Is.EqualTo(1));
        Assert.That((await Get(id)).GetProperty("status").GetString(), Is.EqualTo("disabled"));
    }

    [Test]
    public async Task A_malformed_flag_is_refused()
    {
        var key = await Key();

        Expect.Problem(
            await (await Administrator()).Send(HttpMethod.Delete, $"/admin/apikeys/{key.Id}?disable_webhooks=yes"),
            400, "disable_webhooks must be one of: true, false", "disable_webhooks");

        Assert.That(
            (await Holder(key).Send(HttpMethod.Get, "/webhooks")).Status, Is.EqualTo(200), "nothing was revoked");
    }

    private static string? Registrant(JsonElement webhook) =>
        webhook.GetProperty("registered_by").GetProperty("api_key").GetString();

    private static Task<string> Register(KvClient kv) =>
        kv.Register("""{"key":"a","event":"*","endpoint":"https://example.com/a"}""");

    private Task<ApiKeySecret> Key() => Issue(Of(new Grant(Kv.Namespace!, Kv.AppName!, "", AccessVerbs.Webhooks)));

    private async Task<JsonElement> Get(string id) =>
        (await (await Administrator()).Send(HttpMethod.Get, $"/webhooks/{id}")).Json;

    private async Task<JsonElement> Change(ApiKeySecret key, string id, string body)
    {
        var changed = await Holder(key).Send(HttpMethod.Put, $"/webhooks/{id}", body);
        Assert.That(changed.Status, Is.EqualTo(200), changed.ToString());
        return changed.Json;
    }

    private async Task<JsonElement> Revoke(ApiKeySecret key, string query)
    {
        var revoked = await (await Administrator()).Send(HttpMethod.Delete, $"/admin/apikeys/{key.Id}{query}");
        Assert.That(revoked.Status, Is.EqualTo(200), revoked.ToString());
        return revoked.Json;
    }

    private async Task ExpectNoted(ApiKeySecret key, string operation, string webhook) => Assert.That(
        (await (await Administrator()).DeploymentTrail()).Changes(),
        Does.Contain($"revoke_api_key {key.Id}, {operation} {Kv.Namespace}/{Kv.AppName}/{webhook}"));
}
