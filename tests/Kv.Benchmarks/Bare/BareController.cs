using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Benchmarks.Bare;

/// <summary>
/// Answers what <see cref="BareServer"/> does, by way of MVC. It is not public, so that Kv itself does not take it for
/// one of its own.
/// </summary>
/// <param name="store">
/// The store to read first; without one, another thread takes over too, as after a read.
/// </param>
[ApiController]
internal sealed class BareController(BareStore store) : ControllerBase
{
    private static readonly Constant Answered = new();

    /// <summary>Reads the path's key.</summary>
    [HttpGet("{**path}")]
    public async Task<IActionResult> Get(string path)
    {
        if (store.Engine is { } engine)
            await engine.Get(BareStore.Key(path), ReadConsistency.Linearizable, HttpContext.RequestAborted);
        else
            await Task.Yield();
        return Answered;
    }

    /// <summary>
    /// Writes the body to the path's key unchanged, with a deadline where the driver's body has a TTL, which is not
    /// read here.
    /// </summary>
    [HttpPut("{**path}")]
    public async Task<IActionResult> Put(string path)
    {
        var body = new byte[(int)Request.ContentLength!];
        await Request.Body.ReadExactlyAsync(body, HttpContext.RequestAborted);
        if (store.Engine is { } engine)
            await engine.Commit(
                Transaction.Unconditional(new Operation.Put(BareStore.Key(path), body, BareStore.Deadline(path))),
                HttpContext.RequestAborted);
        else
            await Task.Yield();
        return Answered;
    }

    private sealed class Constant : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => BareServer.Answer(context.HttpContext.Response);
    }
}
