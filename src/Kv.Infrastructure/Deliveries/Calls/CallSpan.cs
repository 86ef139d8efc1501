using System.Diagnostics;
using Kv.Infrastructure.Diagnostics;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>
/// The span of a webhook's call: part of the trace of the request that wrote the change or, for a ping, of the current
/// request. Without such a trace there is no span. The span names the endpoint's host and port only: a path or a query
/// may hold a credential.
/// </summary>
internal sealed class CallSpan : IDisposable
{
    private readonly Activity? _span;

    private CallSpan(Activity? span, string? traceParent) => (_span, TraceParent) = (span, traceParent);

    /// <summary>
    /// The header <c>traceparent</c>; null for none. When this replica does not trace, it is that of the change.
    /// </summary>
    public string? TraceParent { get; }

    public static CallSpan Start(Webhook webhook, string messageId, DeliveryEvent @event)
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
        return new CallSpan(span, span?.Id ?? @event.TraceParent);
    }

    /// <summary>Records the outcome of the call.</summary>
    public void End(Attempt attempt)
    {
        if (_span is null)
            return;
        if (attempt.Status is { } status)
            _span.SetTag("http.response.status_code", status);
        if (!attempt.IsAccepted)
            _span.SetStatus(ActivityStatusCode.Error, attempt.Error);
    }

    public void Dispose() => _span?.Dispose();
}
