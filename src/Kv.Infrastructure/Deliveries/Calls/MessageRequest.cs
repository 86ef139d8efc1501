using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>Builds the request of a message.</summary>
internal static class MessageRequest
{
    /// <summary>Builds the request of one attempt; the caller disposes it.</summary>
    /// <param name="webhook">
    /// The webhook. A stored one may come from simple-golang-kv; its invalid headers are skipped.
    /// </param>
    /// <param name="options">
    /// The header <c>User-Agent</c>, unless the webhook has its own, and the reserved headers.
    /// </param>
    public static HttpRequestMessage Build(
        Webhook webhook, Uri endpoint, string messageId, DeliveryEvent @event, long timestamp, DeliveryOptions options,
        string? traceParent)
    {
        var body = MessageBody.Build(webhook, @event);
        // Empty content still has a type, as in simple-golang-kv.
        var request = new HttpRequestMessage(new HttpMethod(webhook.Settings.Method), endpoint)
        {
            Content = new ReadOnlyMemoryContent(body),
        };
        Set(request, "Content-Type", MediaTypeNames.Application.Json);
        Set(request, "User-Agent", options.UserAgent);
        Set(request, "Accept-Encoding", "identity");
        if (Credentials(endpoint) is { } credentials)
            Set(request, "Authorization", credentials);
        foreach (var (name, value) in webhook.Settings.Headers)
            if (Domain.Text.IsHeaderName(name) && WebhookSettings.IsHeaderValue(value)
                && !options.Headers.IsReserved(name))
                Set(request, name, value);
        Set(request, "webhook-id", messageId);
        Set(request, "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (traceParent is not null)
            Set(request, "traceparent", traceParent);
        if (webhook.Sign(messageId, timestamp, body.Span) is { } signature)
            Set(request, "webhook-signature", signature);
        return request;
    }

    /// <summary>The kept parts of a request.</summary>
    public static SentRequest Kept(HttpRequestMessage request)
    {
        var content = request.Content!;
        // .NET lists the length after a read of it.
        var bodyBytes = content.Headers.ContentLength;
        var headers = request.Headers.NonValidated.Concat(content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString());
        var start = new byte[SentRequest.MaxBodyBytes];
        var count = content.ReadAsStream().ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return new SentRequest(headers, ReceiverAnswerBody.Decode(start.AsSpan(0, count), isWhole: count == bodyBytes));
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        // .NET accepts a header either for the request or for its content, and refuses it for the other.
        HttpHeaders headers = request.Headers.TryAddWithoutValidation(name, value)
            ? request.Headers
            : request.Content!.Headers;
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }

    // As Go's HTTP client, which simple-golang-kv uses.
    private static string? Credentials(Uri endpoint)
    {
        if (endpoint.UserInfo.Length == 0)
            return null;
        var parts = endpoint.UserInfo.Split(':', 2);
        var name = Uri.UnescapeDataString(parts[0]);
        var password = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        return $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}";
    }
}
