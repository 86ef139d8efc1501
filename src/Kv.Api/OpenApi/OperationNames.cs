using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;

namespace Kv.Api.OpenApi;

/// <summary>The operation ids, which generated clients use as method names. A change breaks their users.</summary>
internal static class OperationNames
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["POST kv"] = "createKey",
        ["GET kv/{key}"] = "getKey",
        ["HEAD kv/{key}"] = "headKey",
        ["PUT kv/{key}"] = "setKey",
        ["PATCH kv/{key}"] = "setKeyTtl",
        ["DELETE kv/{key}"] = "deleteKey",
        ["GET kv"] = "listKeys",
        ["HEAD kv"] = "countKeys",
        ["DELETE kv"] = "deleteKeys",
        ["GET tenants"] = "listTenants",
        ["GET whoami"] = "getCaller",
        ["GET admin/overview"] = "getOverview",
        ["POST bulk"] = "executeBulk",
        ["POST txn"] = "executeTransaction",
        ["GET watch"] = "watchKeys",
        ["POST watch-tickets"] = "createWatchTicket",
        ["GET history/{key}"] = "getKeyHistory",
        ["GET export"] = "exportKeys",
        ["POST import"] = "importKeys",
        ["POST copy"] = "copyKeys",
        ["GET usage"] = "getUsage",
        ["POST webhooks"] = "registerWebhook",
        ["GET webhooks"] = "listWebhooks",
        ["GET webhooks/{id}"] = "getWebhook",
        ["PUT webhooks/{id}"] = "updateWebhook",
        ["DELETE webhooks/{id}"] = "deleteWebhook",
        ["POST webhooks/{id}/rotate-secret"] = "rotateWebhookSecret",
        ["POST webhooks/{id}/ping"] = "pingWebhook",
        ["GET webhooks/{id}/deliveries"] = "listDeliveries",
        ["GET webhooks/{id}/explain"] = "explainDelivery",
        ["POST webhooks/{id}/redeliver-failed"] = "redeliverFailed",
        ["POST webhooks/{id}/replay"] = "replayWebhook",
        ["GET deliveries/{id}"] = "getDelivery",
        ["POST deliveries/{id}/redeliver"] = "redeliverDelivery",
        ["POST admin/apikeys"] = "createApiKey",
        ["GET admin/apikeys"] = "listApiKeys",
        ["DELETE admin/apikeys/{id}"] = "revokeApiKey",
        ["GET admin/audit"] = "listAuditRecords",
    };

    // Sorted by typical use; the document has the same order.
    private static readonly List<string> Order = [.. Names.Values];

    /// <summary>The position of an operation in the document.</summary>
    public static int Position(OpenApiOperation operation) =>
        Order.IndexOf(operation.OperationId ?? "") is >= 0 and var position ? position : int.MaxValue;

    /// <summary>The id of an operation.</summary>
    public static string? Find(ApiDescription call) =>
        Names.GetValueOrDefault($"{call.HttpMethod} {call.RelativePath}");
}
