using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Middleware;

/// <summary>
/// Answers HEAD with the headers of GET and without a body (RFC 9110, section 9.3.2). It drops the body itself: over
/// HTTP/2 the server would send a body that is written directly to its pipe, and the client would reset the stream.
/// </summary>
internal sealed class HeadAnswers(RequestDelegate next)
{
    public Task Invoke(HttpContext context) =>
        HttpMethods.IsHead(context.Request.Method) ? Head(context) : next(context);

    private async Task Head(HttpContext context)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var written = new CountingNullStream();
        var counting = new StreamResponseBodyFeature(written, body);
        context.Features.Set<IHttpResponseBodyFeature>(counting);
        try
        {
            await next(context);
            await counting.CompleteAsync();
        }
        finally
        {
            context.Features.Set(body);
        }
        if (!context.Response.HasStarted && context.Response.ContentLength is null && written.Position > 0)
            context.Response.ContentLength = written.Position;
    }

    /// <summary>Counts the written bytes and drops them.</summary>
    private sealed class CountingNullStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
            // Nothing to flush.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
