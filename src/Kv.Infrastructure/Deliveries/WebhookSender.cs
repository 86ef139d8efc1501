using System.Globalization;
using System.Net;
using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Calls webhooks, all over one pool of connections.</summary>
internal sealed class WebhookSender : IWebhookSender, IDisposable
{
    private const int MaxHeadersKilobytes = 64;

    // No attempt takes as long; this ends the connecting that an attempt leaves behind.
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(2 * WebhookSettings.MaxTimeoutSeconds);

    // Names may come to mean other addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(3);

    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public WebhookSender(DeliveryOptions options, TargetConnector connector, TimeProvider time)
    {
        _options = options;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // A redirect or a proxy would lead to where nobody registered a webhook, and an answer unpacked to more than was sent.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // The message carries the trace of its change.
            ActivityHeadersPropagator = null,
            ConnectCallback = connector.Connect,
            ConnectTimeout = LongestConnect,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
            MaxResponseDrainSize = 0,
        });
    }

    public async Task<Attempt> Send(Webhook webhook, string messageId, DeliveryEvent @event, CancellationToken cancellationToken)
    {
        var timeout = webhook.Settings.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : _options.DefaultTimeout;
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var start = _time.GetTimestamp();
        var attempt = new Attempt { At = _time.GetUtcNow(), Duration = default };
        if (!WebhookSettings.IsEndpoint(webhook.Settings.Endpoint))
            return attempt with { Error = "The endpoint is not an http or https URL." };

        using var span = CallSpan.Start(webhook, messageId, @event);
        var body = new AnswerBody();
        try
        {
            using var request = MessageRequest.Of(
                webhook, new Uri(webhook.Settings.Endpoint), messageId, @event, attempt.At.ToUnixTimeSeconds(), _options.UserAgent,
                span.TraceParent);
            using var response = await _http.SendAsync(request, either.Token);
            attempt = attempt with
            {
                Status = (int)response.StatusCode,
                RetryAfter = RetryAfter.Of(response, _time.GetUtcNow()),
            };
            await body.Read(response, either.Token);
        }
        // Whatever it is: one receiver, or one webhook as the store holds it, does not stop the others.
        catch (Exception error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            attempt = attempt with
            {
                Error = deadline.IsCancellationRequested ? TimedOut(timeout) : TransportErrors.Describe(error),
            };
        }
        attempt = attempt with { Duration = _time.GetElapsedTime(start), Answer = body.Text };
        span.End(attempt);
        return attempt;
    }

    public void Dispose() => _http.Dispose();

    private static string TimedOut(TimeSpan timeout) =>
        string.Create(CultureInfo.InvariantCulture, $"The attempt timed out after {timeout.TotalSeconds:0.###} s.");
}
