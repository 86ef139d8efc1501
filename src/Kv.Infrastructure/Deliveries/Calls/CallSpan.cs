using System.Diagnostics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>
/// The span of a webhook's call: part of the trace of the request that wrote the change or, for a ping, of the current
/// request. Without such a trace there is no span. The span names the endpoint's host and port only: a path or a query
/// may hold a credential.
/// </summary>
internal static class CallSpan
{
    public static Activity? Start(Webhook webhook, string messageId, DeliveryEvent @event)
    {
        var span = @event.TraceParent is null
            ? Telemetry.StartSpan("webhook")
            : ActivityContext.TryParse(@event.TraceParent, null, isRemote: true, out var origin)
                ? Telemetry.StartSpan("webhook", origin)
                : null;
        if (span is { IsAllDataRequested: true }
            && Uri.TryCreate(webhook.Settings.Endpoint, UriKind.Absolute, out var endpoint))
            span.SetTag("http.request.method", webhook.Settings.Method)
                .SetTag("server.address", endpoint.Host)
                .SetTag("server.port", endpoint.Port)
                .SetTag("messaging.message.id", messageId);
        return span;
    }

    public static void SetOutcome(this Activity span, Attempt attempt)
    {
        if (attempt.Status is { } status)
            span.SetTag("http.response.status_code", status);
        if (!attempt.IsAccepted)
            span.SetStatus(ActivityStatusCode.Error, attempt.Error);
    }
}
