using Kv.Domain.Deliveries;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Webhooks;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Watching;

/// <summary>Puts together what one term of the leader needs, and runs it from the first change to the last.</summary>
internal sealed partial class WatchTermFactory(
    IStore store, KeyLayout layout, IMediator mediator, KeyChanges changes, WatcherCursor cursor, WatcherStatus status, WatchLag lag, WriteTraces traces,
    WebhookDispatcher dispatcher, WebhookDisabler disabler, IWebhookSender sender, DeliveryOptions options,
    DeliveryWrites writes, DeliveryReads reads, DeliveryTelemetry telemetry, TimeProvider time, ILoggerFactory loggers)
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger<WatchTerm>();

    /// <summary>Leads until the lock is lost, the watch fails, or the process stops.</summary>
    /// <param name="held">The lock.</param>
    /// <param name="vacantAfter">The revision after which it may be that nobody watched; null for the present one. It counts where nobody has led before.</param>
    /// <param name="stopping">The process stops.</param>
    public async Task Run(IStoreLock held, long? vacantAfter, CancellationToken stopping)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(held.Lost);
        var writer = new FencedWriter(store, held.Fence, time, _logger);
        var writing = writer.Run(lost.Token);
        try
        {
            await Lead(held, vacantAfter, writer, writing, lost.Token, stopping);
        }
        finally
        {
            status.Leads(null);
            lag.ReadThrough(null);
            dispatcher.Lanes = null;
            await lost.CancelAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Lead(
        IStoreLock held, long? vacantAfter, FencedWriter writer, Task writing, CancellationToken lost, CancellationToken stopping)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping);
        var (from, present) = await Start(vacantAfter, writer, reading.Token);
        var settled = new SettledRevisions(from);
        using var context = new LaneContext(
            new DeliveryLog(writer, writes, reads, layout, time, telemetry), sender, options, time, telemetry,
            (webhook, reason) => disabler.Disable(webhook, reason, held.Fence, lost), lost);
        var lanes = new Lanes(new WebhookRegistry(), settled, context);
        var term = new WatchTerm(
            store, layout, mediator, changes, cursor, reads, writer, lanes, settled, status, lag, traces, time, _logger);
        dispatcher.Lanes = lanes;
        status.Leads(settled);
        try
        {
            var after = await term.Load(from, reading.Token);
            LogStarts(after);
            Task[] loops =
            [
                term.Watch(after, reading.Token),
                term.Wake(present, reading.Token),
                term.StoreWaiting(reading.Token),
                term.SaveCursor(reading.Token),
            ];
            var ended = await Task.WhenAny([.. loops, writing]);
            await reading.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stopping.IsCancellationRequested)
                await ended;
            await lanes.Drain(DrainPatience);
            await cursor.Save(settled.Through, writer);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested || writing.IsCompleted)
        {
            LogLostLead();
        }
        finally
        {
            lanes.Close();
        }
    }

    // With no cursor nobody of Kv's has led before. What happened while it asked for the lead is nobody else's to tell: a
    // webhook may have been registered, and keys written, before it was given.
    private async Task<(long From, long Present)> Start(
        long? vacantAfter, FencedWriter writer, CancellationToken cancellationToken)
    {
        var (saved, present) = await cursor.Load(cancellationToken);
        if (saved <= present)
            return (saved.Value, present);
        if (saved is { } ahead)
            LogCursorAhead(ahead, present);
        var from = saved is null && vacantAfter <= present ? vacantAfter.Value : present;
        await cursor.Save(from, writer);
        return (from, present);
    }

    [LoggerMessage(LogLevel.Information, "The watch begins after revision {Revision}")]
    private partial void LogStarts(long revision);

    [LoggerMessage(LogLevel.Warning, "The watcher's cursor is at revision {Cursor}, and the store only at {Present}: it was restored from a backup, say. The watch begins at the present")]
    private partial void LogCursorAhead(long cursor, long present);

    [LoggerMessage(LogLevel.Warning, "This replica has lost the lead; another one goes on where it has settled everything")]
    private partial void LogLostLead();
}
