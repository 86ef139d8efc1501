using System.Text.Json.Serialization;
using Kv.Api.Json;
using Kv.Api.Webhooks;

namespace Kv.Api.Deliveries;

/// <summary>The source-generated serializers of the answers about deliveries.</summary>
[JsonSerializable(typeof(DeliveryListing))]
[JsonSerializable(typeof(StoredDelivery))]
[JsonSerializable(typeof(ReplayAnswer))]
[JsonSerializable(typeof(RedeliverFailedAnswer))]
[JsonSerializable(typeof(ExplanationAnswer))]
internal sealed partial class DeliveryJson : JsonSerializerContext
{
    public static readonly DeliveryJson Answers = new(KvJson.Format());
}
