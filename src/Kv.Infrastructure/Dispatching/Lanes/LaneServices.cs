using Kv.Domain.Deliveries;
using Kv.Domain.Quotas;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Webhooks;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>The services that the lanes of one term share.</summary>
internal sealed class LaneServices : IDisposable
{
    // How many deliveries may be on their way to the store before the feed waits.
    private const int MaxStoring = 2_000;

    // How many lanes read the store at the same time: at the beginning of a term all of them may want to.
    private const int MaxLoading = 16;

    private readonly Lead _lead;
    private readonly WebhookDisabler _disabler;
    private readonly CancellationTokenSource _attempts;
    private readonly ITenantUsages? _usages;
    private int _isDraining;

    public LaneServices(
        Lead lead, SettledRevisions progress, DeliveryStore store, AcceptedLog accepted, IWebhookSender sender,
        WebhookDisabler disabler, DeliveryOptions options, DeliveryTelemetry telemetry, TimeProvider time,
        ITenantUsages? usages = null)
    {
        _usages = usages;
        (_lead, _disabler, Progress, Store, Accepted, Sender, Options, Telemetry, Time) =
            (lead, disabler, progress, store, accepted, sender, options, telemetry, time);
        Clock = new SteadyClock(time);
        _attempts = CancellationTokenSource.CreateLinkedTokenSource(lead.Over);
        AttemptsCancelled = _attempts.Token;
    }

    public SettledRevisions Progress { get; }

    public DeliveryStore Store { get; }

    public AcceptedLog Accepted { get; }

    public IWebhookSender Sender { get; }

    public DeliveryOptions Options { get; }

    public DeliveryTelemetry Telemetry { get; }

    public TimeProvider Time { get; }

    /// <summary>The clock by which deliveries wait for their attempts.</summary>
    public SteadyClock Clock { get; }

    public LaneMemory Memory { get; } = new();

    /// <summary>Limits the deliveries that are on their way to the store.</summary>
    public SemaphoreSlim StoringRoom { get; } = new(MaxStoring);

    /// <summary>Limits the lanes that read the store.</summary>
    public SemaphoreSlim LoadingRoom { get; } = new(MaxLoading);

    /// <inheritdoc cref="Lead.Over"/>
    public CancellationToken TermOver => _lead.Over;

    /// <summary>Cancelled when the attempts in flight must end.</summary>
    public CancellationToken AttemptsCancelled { get; }

    /// <summary>Whether no further attempt may begin.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining) != 0;

    /// <summary>Disables a webhook.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="reason">The reason, for its owner.</param>
    public Task Disable(Webhook webhook, string reason) => _disabler.Disable(webhook, reason, _lead.Fence, _lead.Over);

    /// <summary>Records that a webhook has lost deliveries.</summary>
    /// <returns>Whether they are recorded, or the webhook is gone.</returns>
    public Task<bool> Lose(Webhook webhook, long count, DateTimeOffset since) =>
        _disabler.Lose(webhook, count, since, _lead.Fence, _lead.Over);

    /// <summary>Whether further waiting bytes would exceed a tenant's quota.</summary>
    public bool IsOverQuota(Tenant tenant, int bytes) => _usages.IsFull(tenant, bytes);

    /// <summary>Prevents further attempts.</summary>
    public void Drain() => Volatile.Write(ref _isDraining, 1);

    /// <summary>Cancels the attempts in flight.</summary>
    public Task CancelAttempts() => _attempts.CancelAsync();

    public void Dispose() => _attempts.Dispose();
}
