using System.Globalization;
using System.IO.Pipelines;
using Kv.Application.Transfers;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Answers;

/// <summary>The minimum rate of a body.</summary>
/// <param name="Stall">The time within which enough bytes must arrive; otherwise the call ends.</param>
/// <param name="LeastRate">The bytes per second of that time; 0 for a single byte in all of it.</param>
internal sealed record BodyRules(TimeSpan Stall, int LeastRate)
{
    /// <summary>The bytes that must arrive within <see cref="Stall"/>.</summary>
    public long LeastBytes { get; } = Math.Max(1, LeastRate * (long)Stall.TotalSeconds);
}

/// <summary>
/// A body that reserves a share of the limit for the bytes that have arrived, and ends with 408 when too few arrive.
/// The server's own minimum is an average, so a megabyte that is sent at once would allow an hour of silence.
/// </summary>
internal sealed class BoundedBody(
    HttpRequest request, BodyRules rules, HeldBytes budget, TimeProvider time, bool isEndless)
    : PipeReader, IRequestBodyPipeFeature
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly PipeReader _inner = request.BodyReader;
    private HeldBytes.Share? _share;
    private ReadResult _last;
    private TimeSpan _patience = rules.Stall;
    private long _consumed;
    private long _counted;
    private long _reserved;

    PipeReader IRequestBodyPipeFeature.Reader => this;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (!_inner.TryRead(out _last))
            _last = await Wait(cancellationToken);
        // An import writes what it has read, except for the last batch.
        var held = _last.Buffer.Length
            + (isEndless ? Math.Min(_consumed, ImportKeyValues.MaxBatchBytes) : _consumed);
        if (held <= Math.Max(_reserved, HeldBytes.MinCounted))
            return _last;
        try
        {
            await Reserve(held, cancellationToken);
        }
        catch
        {
            // The server cannot skip the rest of a body while it is being read.
            AdvanceTo(_last.Buffer.End);
            throw;
        }
        return _last;
    }

    // Readers then read asynchronously.
    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _last.Buffer.Slice(0, consumed).Length;
        _last = default;
        _inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    // The share doubles, so that a body of any size reserves only a few times.
    private async ValueTask Reserve(long held, CancellationToken cancellationToken)
    {
        _reserved = Math.Max(held, Math.Min(2 * held, request.ContentLength ?? long.MaxValue));
        if (_share is null)
            _share = await budget.Take(request, _reserved, cancellationToken);
        else
            _share.GrowTo(_reserved);
    }

    private async ValueTask<ReadResult> Wait(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var stall = new CancellationTokenSource(_patience, time);
        // MVC's formatters read without a token, though the call may end: its credential is checked again.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            stall.Token, cancellationToken, request.HttpContext.RequestAborted);
        ReadResult read;
        try
        {
            read = await _inner.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (
            stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Fewer than {rules.LeastBytes} bytes of the body arrived in {rules.Stall.TotalSeconds} seconds"),
                StatusCodes.Status408RequestTimeout);
        }
        var arrived = _consumed + read.Buffer.Length;
        var left = _patience - time.GetElapsedTime(began);
        if (arrived - _counted >= rules.LeastBytes)
            (_counted, _patience) = (arrived, rules.Stall);
        else
            _patience = left > Least ? left : Least;
        return read;
    }
}
