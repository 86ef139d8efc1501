using Microsoft.AspNetCore.Mvc;

namespace Kv.Benchmarks.Bare;

/// <summary>Answers what <see cref="BareServer"/> does, by way of MVC. It is not public, so that Kv itself does not take it for one of its own.</summary>
[ApiController]
internal sealed class BareController : ControllerBase
{
    private static readonly Constant Answered = new();

    /// <summary>Answers, once the body is read and another thread has taken over: nobody who asks a store can do with less.</summary>
    [HttpGet("{**path}")]
    [HttpPut("{**path}")]
    public async Task<IActionResult> Answer()
    {
        if (Request.ContentLength > 0)
            await Request.BodyReader.CopyToAsync(Stream.Null, HttpContext.RequestAborted);
        await Task.Yield();
        return Request.Path.HasValue ? Answered : NotFound();
    }

    private sealed class Constant : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => BareServer.Answer(context.HttpContext.Response);
    }
}
