using FluentValidation.Results;
using Kv.Api.Errors;
using Kv.Domain.Storage;
using Kv.Domain.Watching;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Watching;

/// <summary>Sends what watches tell out as server-sent events, until either side ends it, or the process does.</summary>
public sealed class EventStreams
{
    private readonly WatchOptions _options;
    private readonly StoreFailureLog _storeFailures;
    private readonly TimeProvider _time;

    internal EventStreams(WatchOptions options, StoreFailureLog storeFailures, TimeProvider time) =>
        (_options, _storeFailures, _time) = (options, storeFailures, time);

    /// <summary>The answer that is a watch. It disposes of the watch.</summary>
    /// <param name="opening">The watch, which is opened just now.</param>
    /// <param name="field">What in the request says after which revision it begins.</param>
    public async Task<IActionResult> Of(Task<IKeyChangeWatch> opening, string field)
    {
        try
        {
            return new EventStream(await opening, _options.Heartbeat, _storeFailures, _time);
        }
        catch (RevisionInFutureException future)
        {
            return Problems.Invalid([new ValidationFailure(field, future.Message)], Problems.RevisionInFuture).ToResult();
        }
    }
}
