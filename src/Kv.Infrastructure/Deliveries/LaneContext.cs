using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;

namespace Kv.Infrastructure.Deliveries;

/// <summary>What the lanes of one term of the watcher share.</summary>
internal sealed class LaneContext(
    DeliveryLog log, IWebhookSender sender, DeliveryOptions options, TimeProvider time, DeliveryTelemetry telemetry,
    Func<Webhook, string, Task> disable, CancellationToken lost)
    : IDisposable
{
    // What may be on its way to the store before the watch waits for it.
    private const int MaxStoring = 2_000;

    // What values that wait to be sent for the first time may take of memory, in all lanes together.
    private const long MaxHeldBytes = 64 * 1024 * 1024;

    private readonly CancellationTokenSource _cut = CancellationTokenSource.CreateLinkedTokenSource(lost);
    private long _heldBytes;

    public DeliveryLog Log => log;

    public IWebhookSender Sender => sender;

    public DeliveryOptions Options => options;

    public TimeProvider Time => time;

    public DeliveryTelemetry Telemetry => telemetry;

    /// <summary>Cancelled when the lock is lost: from then on nothing can be written.</summary>
    public CancellationToken Lost => lost;

    /// <summary>Cancelled when attempts under way are to end.</summary>
    public CancellationToken Cut => _cut.Token;

    /// <summary>Whether no further attempt is to begin.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Room for deliveries that are on their way to the store.</summary>
    public SemaphoreSlim StoringRoom { get; } = new(MaxStoring);

    /// <summary>Disables a webhook.</summary>
    public Task Disable(Webhook webhook, string reason) => disable(webhook, reason);

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

    public void Dispose()
    {
        _cut.Dispose();
        StoringRoom.Dispose();
    }
}
