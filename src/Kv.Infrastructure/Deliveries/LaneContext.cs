using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Deliveries;

/// <summary>What the lanes of one term of the watcher share.</summary>
internal sealed class LaneContext : IDisposable
{
    // What may be on its way to the store before the watch waits for it.
    private const int MaxStoring = 2_000;

    // What values that wait to be sent for the first time may take of memory, in all lanes together.
    private const long MaxHeldBytes = 64 * 1024 * 1024;

    private readonly CancellationTokenSource _cut;
    private readonly Func<Webhook, string, Task> _disable;
    private long _heldBytes;

    public LaneContext(
        DeliveryLog log, IWebhookSender sender, DeliveryOptions options, TimeProvider time, DeliveryTelemetry telemetry,
        Func<Webhook, string, Task> disable, CancellationToken lost)
    {
        (Log, Sender, Options, Time, Telemetry, _disable, Lost) = (log, sender, options, time, telemetry, disable, lost);
        _cut = CancellationTokenSource.CreateLinkedTokenSource(lost);
        Cut = _cut.Token;
    }

    public DeliveryLog Log { get; }

    public IWebhookSender Sender { get; }

    public DeliveryOptions Options { get; }

    public TimeProvider Time { get; }

    public DeliveryTelemetry Telemetry { get; }

    /// <summary>Cancelled when the lock is lost: from then on nothing can be written.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Cancelled when attempts under way are to end.</summary>
    public CancellationToken Cut { get; }

    /// <summary>Whether no further attempt is to begin.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Room for deliveries that are on their way to the store.</summary>
    public SemaphoreSlim StoringRoom { get; } = new(MaxStoring);

    /// <summary>Disables a webhook.</summary>
    public Task Disable(Webhook webhook, string reason) => _disable(webhook, reason);

    /// <summary>Whether there is room for a value; if so it is taken.</summary>
    public bool TryHold(int bytes)
    {
        if (bytes == 0 || Interlocked.Add(ref _heldBytes, bytes) <= MaxHeldBytes)
            return true;
        Interlocked.Add(ref _heldBytes, -bytes);
        return false;
    }

    public void LetGo(int bytes) => Interlocked.Add(ref _heldBytes, -bytes);

    public void Stop() => IsStopping = true;

    public void CutOff() => _cut.Cancel();

    // Attempts that are just coming to their end may still ask for room, or look at the tokens.
    public void Dispose() => _cut.Dispose();
}
