using Kv.Api.Errors;
using Kv.Domain.Deliveries;

namespace Kv.Api.Webhooks;

/// <summary>
/// Refuses calls of Kv's own webhooks, which may arrive through a proxy or another host name: a webhook must neither
/// access data that its owner may not, nor call itself in a loop.
/// </summary>
internal static class OwnCalls
{
    public const string MessageId = "webhook-id";

    private const string Refusal = "This is a call of one of Kv's own webhooks, which Kv refuses.";

    public static Task Refuse(HttpContext context, RequestDelegate next) =>
        context.Request.Headers.TryGetValue(MessageId, out var ids) && ids.Any(DeliveryId.IsOwn)
            ? Problems.Create(StatusCodes.Status508LoopDetected, detail: Refusal).WriteTo(context)
            : next(context);
}
