using AutoMapper;
using Kv.Application.Webhooks;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;

namespace Kv.Application.Tests.Webhooks;

/// <summary>Valid requests, of which a test changes one part, and the answers of a repository to them.</summary>
internal static class WebhookRequests
{
    public static readonly Guid Id = Guid.Parse("7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b");

    public static Tenant Tenant { get; } = new Tenant("space", "app");

    public static WebhookInput Input { get; } =
        new() { Key = "user:*", Events = ["update"], Endpoint = "http://example.com/hook" };

    public static RegisterWebhook Register { get; } = new("space", "app", Input);

    public static UpdateWebhook Update { get; } = new("space", "app", $"{Id}", new WebhookInput());

    public static HeaderPolicy Policy { get; } = new("KV-Namespace", "KV-App-Name", "X-API-Key");

    public static IMapper Mapper { get; } = new Mapper(TestMaps.All, _ => new HeadersInAnswers(Policy));

    public static Webhook Stored(WebhookSettings? settings = null) =>
        new(Id, Tenant, settings ?? Settings, 1_800_000_000) { Revision = 7 };

    public static WebhookSettings Settings { get; } = new()
    {
        Pattern = KeyPattern.Parse("user:*"),
        Events = EventFilter.TryParse(["update", "create"])!.Value,
        Endpoint = "http://example.com/hook",
        Method = "PUT",
        Headers = new Dictionary<string, string> { ["X-Token"] = "hidden", ["X-Empty"] = "" },
        Payload = """{"a":1}"""u8.ToArray(),
        AddEventData = true,
        ChangedOnly = true,
        TimeoutSeconds = 7,
    };
}
