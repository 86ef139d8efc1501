using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries;

namespace Kv.Infrastructure.Dispatching.Lanes;

/// <summary>The services that the lanes of one term share.</summary>
internal sealed class LaneServices : IDisposable
{
    // How many deliveries may be on their way to the store before the feed waits.
    private const int MaxStoring = 2_000;

    // How many lanes read the store at the same time. At the beginning of a term, all lanes may want to read.
    private const int MaxLoading = 16;

    private readonly Lead _lead;
    private readonly CancellationTokenSource _attempts;
    private int _isDraining;

    public LaneServices(
        Lead lead, SettledRevisions progress, DeliveryStore store, AcceptedLog accepted, IWebhookSender sender,
        WebhookOutcomes outcomes, DeliveryOptions options, DeliveryTelemetry telemetry, TimeProvider time)
    {
        (_lead, Progress, Store, Accepted, Sender, Outcomes, Options, Telemetry, Time) =
            (lead, progress, store, accepted, sender, outcomes, options, telemetry, time);
        Clock = new SteadyClock(time);
        _attempts = CancellationTokenSource.CreateLinkedTokenSource(lead.Over);
        AttemptsCancelled = _attempts.Token;
    }

    public SettledRevisions Progress { get; }

    public DeliveryStore Store { get; }

    public AcceptedLog Accepted { get; }

    public IWebhookSender Sender { get; }

    public WebhookOutcomes Outcomes { get; }

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

    /// <summary>Prevents further attempts.</summary>
    public void Drain() => Volatile.Write(ref _isDraining, 1);

    /// <summary>Cancels the attempts in flight.</summary>
    public Task CancelAttempts() => _attempts.CancelAsync();

    public void Dispose() => _attempts.Dispose();
}
