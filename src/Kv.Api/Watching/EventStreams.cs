using FluentValidation.Results;
using Kv.Api.Errors;
using Kv.Domain.Storage;
using Kv.Domain.Watching;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Watching;

/// <summary>Creates the answers of watches.</summary>
public sealed class EventStreams
{
    private readonly WatchOptions _options;
    private readonly RequestFailures _failures;
    private readonly TimeProvider _time;

    internal EventStreams(WatchOptions options, RequestFailures failures, TimeProvider time) =>
        (_options, _failures, _time) = (options, failures, time);

    /// <summary>Creates the answer of a watch. The answer disposes the watch.</summary>
    /// <param name="opening">The watch that is being opened.</param>
    /// <param name="field">The header or parameter with the start revision, for errors.</param>
    /// <param name="includesPrevious">Whether to send the previous state of keys.</param>
    public async Task<IActionResult> Answer(Task<IKeyChangeWatch> opening, string field, bool includesPrevious)
    {
        try
        {
            return new EventStream(await opening, includesPrevious, _options.Heartbeat, _failures, _time);
        }
        catch (RevisionInFutureException future)
        {
            return Problems.Invalid([new ValidationFailure(field, future.Message)], Problems.RevisionInFuture)
                .ToResult();
        }
    }
}
