using System.Globalization;
using Kv.Infrastructure.Deliveries.Targets;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>Calls webhooks, all through one pool of connections.</summary>
internal sealed class WebhookSender(
    DeliveryOptions options, TargetConnector connector, ReceiverAuthorities authorities, TimeProvider time)
    : IWebhookSender, IDisposable
{
    // Limited, because a name may get other addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(3);

    private readonly ReceiverClient _pooled = new(connector, authorities, ConnectionLifetime);
    private readonly ReceiverClient _fresh = new(connector, authorities, lifetime: TimeSpan.Zero);

    public async Task<Attempt> Send(
        Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken)
    {
        var timeout = webhook.Settings.TimeoutSeconds is { } seconds
            ? TimeSpan.FromSeconds(seconds)
            : options.DefaultTimeout;
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var start = time.GetTimestamp();
        var attempt = new Attempt { At = time.GetUtcNow(), Duration = default };
        if (!WebhookSettings.IsEndpoint(webhook.Settings.Endpoint))
            return attempt with { Error = "The endpoint is not an http or https URL." };
        if (!WebhookEndpoint.HasAsciiHost(webhook.Settings.Endpoint))
            return attempt with { Error = "The endpoint's host is not in ASCII: write its form xn--..." };

        using var span = CallSpan.Start(webhook, messageId, @event);
        var body = new ReceiverAnswerBody();
        try
        {
            using var response = await Send(Request, either.Token);
            attempt = attempt with
            {
                Status = (int)response.StatusCode,
                RetryAfter = RetryAfter.Read(response, time.GetUtcNow()),
            };
            await body.Read(response, either.Token);
        }
        // Any error: one receiver, or one stored webhook, must not stop the others.
        catch (Exception error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            attempt = attempt with
            {
                Error = deadline.IsCancellationRequested ? TimedOut(timeout) : TransportErrors.Describe(error),
            };
        }
        attempt = attempt with { Duration = time.GetElapsedTime(start), Answer = body.Text };
        span?.SetOutcome(attempt);
        return attempt;

        HttpRequestMessage Request()
        {
            var request = MessageRequest.Build(
                webhook, new Uri(webhook.Settings.Endpoint), messageId, @event, attempt.At.ToUnixTimeSeconds(),
                // A replica that does not trace passes on the trace of the change.
                options, span?.Id ?? @event.TraceParent);
            if (@event.Kind is null)
                attempt = attempt with { Request = MessageRequest.Kept(request) };
            return request;
        }
    }

    public void Dispose()
    {
        _pooled.Dispose();
        _fresh.Dispose();
    }

    // A receiver may close a connection just when it is reused. That is no failure of the receiver, so the message is
    // sent again at once, on a new connection.
    private async Task<HttpResponseMessage> Send(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using var first = request();
        try
        {
            return await _pooled.SendAsync(first, cancellationToken);
        }
        catch (HttpRequestException error) when (ReceiverClient.WasReused(first) && TransportErrors.IsClosed(error))
        {
            using var second = request();
            return await _fresh.SendAsync(second, cancellationToken);
        }
    }

    private static string TimedOut(TimeSpan timeout) =>
        string.Create(CultureInfo.InvariantCulture, $"The attempt timed out after {timeout.TotalSeconds:0.###} s.");
}
