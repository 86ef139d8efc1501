using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Access;
using Kv.Api.Audit;
using Kv.Api.Deliveries;
using Kv.Api.KeyValues.Contracts;
using Kv.Api.Quotas;
using Kv.Api.Transactions;
using Kv.Api.Transfers;
using Kv.Api.Watching;
using Kv.Api.Webhooks;

namespace Kv.Api.Json;

/// <summary>The source-generated serializers of the API's answers.</summary>
[JsonSerializable(typeof(WrittenKeyValue))]
[JsonSerializable(typeof(StoredKeyValue))]
[JsonSerializable(typeof(PatchedKeyValue))]
[JsonSerializable(typeof(KeyPage))]
[JsonSerializable(typeof(KeyHistoryAnswer))]
[JsonSerializable(typeof(TransactionAnswer))]
[JsonSerializable(typeof(BulkAnswer))]
[JsonSerializable(typeof(TransferredKey))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(WatchedKey))]
[JsonSerializable(typeof(ForgottenChanges))]
[JsonSerializable(typeof(WatchTicketAnswer))]
[JsonSerializable(typeof(EndedWatch))]
[JsonSerializable(typeof(RevokedApiKeyAnswer))]
[JsonSerializable(typeof(IAsyncEnumerable<StoredKeyValue>))]
[JsonSerializable(typeof(RegisteredWebhook))]
[JsonSerializable(typeof(StoredWebhook))]
[JsonSerializable(typeof(IReadOnlyList<StoredWebhook>))]
[JsonSerializable(typeof(RotatedSecret))]
[JsonSerializable(typeof(PingAnswer))]
[JsonSerializable(typeof(ReplayAnswer))]
[JsonSerializable(typeof(DeliveryListing))]
[JsonSerializable(typeof(StoredDelivery))]
[JsonSerializable(typeof(UsageAnswer))]
[JsonSerializable(typeof(ApiKeyAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyAnswer>))]
[JsonSerializable(typeof(AuditListing))]
internal sealed partial class KvJson : JsonSerializerContext
{
    /// <summary>The context for all answers.</summary>
    public static readonly KvJson Answers = new(Configure(new JsonSerializerOptions()));

    /// <summary>Configures options for the API's JSON format.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new Utf8TextConverter());
        return options;
    }
}
