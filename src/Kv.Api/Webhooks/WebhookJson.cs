using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Webhooks;

/// <summary>The source-generated serializers of the answers about webhooks.</summary>
[JsonSerializable(typeof(RegisteredWebhook))]
[JsonSerializable(typeof(StoredWebhook))]
[JsonSerializable(typeof(IReadOnlyList<StoredWebhook>))]
[JsonSerializable(typeof(RotatedSecret))]
[JsonSerializable(typeof(PingAnswer))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    public static readonly WebhookJson Answers = new(KvJson.Format());
}
