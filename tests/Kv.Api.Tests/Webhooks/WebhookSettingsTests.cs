using System.Reflection;
using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;

namespace Kv.Api.Tests.Webhooks;

/// <summary>
/// Each setting of a webhook reaches every place that uses it: the body, the record in the store, the answer, the
/// fingerprint of a request that may be repeated, and the OpenAPI document.
/// </summary>
internal sealed class WebhookSettingsTests(Engine engine) : WebhookTests(engine)
{
    private static readonly PropertyInfo[] AllSettings = typeof(WebhookSettings)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance);

    [TestCaseSource(nameof(AllSettings))]
    public async Task A_setting_reaches_the_record_the_answer_and_the_fingerprint(PropertyInfo setting)
    {
        var (name, value) = (NameOf(setting), OtherThanDefault(setting));
        var idempotencyKey = ("Idempotency-Key", KvHost.Unique("i"));
        Dictionary<string, string> plain = new()
        {
            ["key"] = "\"user:*\"",
            ["event"] = "\"update\"",
            ["endpoint"] = "\"http://example.com/hook\"",
        };
        var other = new Dictionary<string, string>(plain) { [name] = value };

        var registered = await Kv.With(HttpMethod.Post, "/webhooks", Body(other), idempotencyKey);
        Assert.That(registered.Status, Is.EqualTo(201), registered.ToString());
        var id = registered.Json.GetProperty("id").GetString()!;
        Assert.That((await Get(id)).Json.GetProperty(name).GetRawText(), Is.EqualTo(value), "record and answer");

        var repeated = await Kv.With(HttpMethod.Post, "/webhooks", Body(plain), idempotencyKey);
        Assert.That(repeated.Status, Is.EqualTo(422), repeated.ToString());

        var changed = await Put(await Register(), Json(new() { [name] = value }));
        Assert.That(changed.Json.GetProperty(name).GetRawText(), Is.EqualTo(value), "a change");
    }

    [TestCaseSource(nameof(AllSettings))]
    public async Task A_setting_is_in_the_OpenAPI_document(PropertyInfo setting)
    {
        var schemas = (await Kv.Send(HttpMethod.Get, "/swagger/v1/swagger.json")).Json.GetProperty("components")
            .GetProperty("schemas");

        foreach (var schema in new[] { "RegisterWebhookBody", "UpdateWebhookBody", "StoredWebhook" })
            Assert.That(
                Expect.Members(schemas.GetProperty(schema).GetProperty("properties")), Does.Contain(NameOf(setting)),
                schema);
    }

    private static string NameOf(PropertyInfo setting) => setting.Name switch
    {
        nameof(WebhookSettings.Pattern) => "key",
        nameof(WebhookSettings.Events) => "event",
        var name => JsonNamingPolicy.SnakeCaseLower.ConvertName(name),
    };

    private static string OtherThanDefault(PropertyInfo setting) => setting.Name switch
    {
        nameof(WebhookSettings.Endpoint) => "\"http://example.com/other\"",
        nameof(WebhookSettings.Method) => "\"PATCH\"",
        _ when setting.PropertyType == typeof(bool) => "true",
        _ when setting.PropertyType == typeof(int?) => "7",
        _ when setting.PropertyType == typeof(KeyPattern) => "\"order:*\"",
        _ when setting.PropertyType == typeof(EventFilter) => "\"create\"",
        _ when setting.PropertyType == typeof(IReadOnlyDictionary<string, string>) => """{"X-Other":"a"}""",
        _ when setting.PropertyType == typeof(ReadOnlyMemory<byte>) => """{"a":1}""",
        _ => throw new NotSupportedException($"Say here what {setting.Name} may be set to."),
    };

    private static string Json(Dictionary<string, string> members) =>
        $"{{{string.Join(',', members.Select(member => $"\"{member.Key}\":{member.Value}"))}}}";

    private static ByteArrayContent Body(Dictionary<string, string> members) =>
        KvClient.Json(Encoding.UTF8.GetBytes(Json(members)));
}
