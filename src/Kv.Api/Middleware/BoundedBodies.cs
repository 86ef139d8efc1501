using Kv.Api.Answers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Kv.Api.Middleware;

/// <summary>
/// Bounds the bytes that bodies hold and the time that they take to arrive. A small body that has arrived completely
/// remains unchanged.
/// </summary>
internal sealed class BoundedBodies(
    RequestDelegate next, BodyRules rules, [FromKeyedServices(AnswerServices.Bodies)] HeldBytes budget,
    TimeProvider time)
{
    public Task Invoke(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            var isEndless = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()
                is { MaxRequestBodySize: null };
            if (isEndless || !HasArrived(context.Request))
            {
                var body = new BoundedBody(context.Request, rules, budget, time, isEndless);
                context.Features.Set<IRequestBodyPipeFeature>(body);
                context.Request.Body = body.AsStream(leaveOpen: true);
            }
        }
        return next(context);
    }

    // A client that expects the status 100 sends its body only when Kv reads it.
    private static bool HasArrived(HttpRequest request)
    {
        if (request.ContentLength is not (> 0 and < HeldBytes.MinCounted and var length)
            || request.Headers.Expect.Count > 0 || !request.BodyReader.TryRead(out var read))
            return false;
        var hasArrived = read.Buffer.Length >= length;
        request.BodyReader.AdvanceTo(read.Buffer.Start);
        return hasArrived;
    }
}
