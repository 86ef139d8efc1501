using Microsoft.AspNetCore.Mvc.ApiExplorer;

namespace Kv.Api.OpenApi;

/// <summary>The operation ids of calls whose routes have no names.</summary>
internal static class OperationNames
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["GET watch"] = "watchKeys",
        ["POST watch-tickets"] = "createWatchTicket",
        ["POST copy"] = "copyKeys",
        ["GET webhooks/{id}/deliveries"] = "listDeliveries",
        ["GET webhooks/{id}/explain"] = "explainDelivery",
        ["POST webhooks/{id}/redeliver-failed"] = "redeliverFailed",
        ["POST webhooks/{id}/replay"] = "replayWebhook",
        ["GET deliveries/{id}"] = "getDelivery",
        ["POST deliveries/{id}/redeliver"] = "redeliverDelivery",
    };

    /// <summary>The id of an operation.</summary>
    public static string? Find(ApiDescription call) =>
        call.ActionDescriptor.AttributeRouteInfo?.Name
        ?? Names.GetValueOrDefault($"{call.HttpMethod} {call.RelativePath}");
}
