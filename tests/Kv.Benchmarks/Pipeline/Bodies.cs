using System.Buffers;
using System.IO.Pipelines;

namespace Kv.Benchmarks.Pipeline;

/// <summary>A request's body, all of which has arrived.</summary>
internal sealed class RequestBody : PipeReader
{
    private ReadOnlySequence<byte> _left;

    public long Length { get; private set; }

    public void Reset(byte[] body) => (_left, Length) = (new ReadOnlySequence<byte>(body), body.Length);

    public override bool TryRead(out ReadResult result)
    {
        result = new ReadResult(_left, isCanceled: false, isCompleted: true);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        new(new ReadResult(_left, isCanceled: false, isCompleted: true));

    public override void AdvanceTo(SequencePosition consumed) => _left = _left.Slice(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

    public override void CancelPendingRead()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}

/// <summary>An answer's body, which is kept until the next one begins.</summary>
internal sealed class ResponseBody(Exchange exchange) : PipeWriter
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => exchange.HasStarted ? 0 : _length;

    public void Reset() => _length = 0;

    public override void Advance(int bytes) => _length += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.AsMemory(_length);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.AsSpan(_length);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var starting = exchange.StartAsync(cancellationToken);
        return starting.IsCompletedSuccessfully ? default : Wait(starting);

        static async ValueTask<FlushResult> Wait(Task starting)
        {
            await starting;
            return default;
        }
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
