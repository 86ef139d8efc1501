using Kv.Domain.Storage;
using Kv.Domain.Watching;

namespace Kv.Application.KeyValues;

/// <summary>Reads a key as soon as its revision differs from the caller's, or when the wait ends.</summary>
/// <param name="KnownRevision">
/// The revision of the last write that the caller knows; 0 if it knows that the key does not exist.
/// </param>
public sealed record WaitForKeyValue(
    string Namespace, string AppName, string Key, long KnownRevision, long Seconds, ReadOptions Options)
    : IRequest<ReadResult>, ITenantRequest, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.Allow(AccessVerbs.Read, this, Key);
}

internal sealed class WaitForKeyValueValidator : AbstractValidator<WaitForKeyValue>
{
    private const int MaxSeconds = 60;

    public WaitForKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        RuleFor(request => request.Seconds)
            .Must(seconds => seconds is >= 0 and <= MaxSeconds)
            .WithMessage($"Wait must be between 0 and {MaxSeconds} seconds")
            .OverridePropertyName("wait");
        RuleFor(request => request.Options.AtRevision)
            .Equal(0).WithMessage("Revision and wait must not be given together: the past does not change")
            .OverridePropertyName("revision");
        this.RuleForTenant(limits);
    }
}

internal sealed class WaitForKeyValueHandler(
    IKeyValueRepository keyValues, IKeyChangeFeed feed, TimeProvider time, IMapper mapper)
    : IRequestHandler<WaitForKeyValue, ReadResult>
{
    public async Task<ReadResult> Handle(WaitForKeyValue request, CancellationToken cancellationToken)
    {
        var (tenant, key) = (request.Tenant(), Domain.KeyValues.Key.Parse(request.Key));
        var read = await keyValues.Get(tenant, key, request.Options, cancellationToken);
        if (request.Seconds > 0 && IsKnown(read, request))
            read = await Wait(tenant, key, request, cancellationToken);
        return mapper.ToReadResult(read);
    }

    private static bool IsKnown(KeyValueRead found, WaitForKeyValue request) =>
        (found.KeyValue?.Revision ?? 0) == request.KnownRevision;

    private async Task<KeyValueRead> Wait(
        Tenant tenant, Key key, WaitForKeyValue request, CancellationToken cancellationToken)
    {
        // A stale read could miss a change that the watch has delivered.
        var options = request.Options with { Consistency = ReadConsistency.Linearizable };
        try
        {
            return await Watch(tenant, key, request, options, cancellationToken);
        }
        catch (RevisionCompactedException)
        {
            // The caller waits for a state, not for changes after a revision: answer with the present state.
            return await keyValues.Get(tenant, key, options, cancellationToken);
        }
    }

    private async Task<KeyValueRead> Watch(
        Tenant tenant, Key key, WaitForKeyValue request, ReadOptions options, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        // Open the watch before the next read, so that no change in between is missed.
        await using var watch = await feed.Open(tenant, KeyPattern.Parse(key.Value), since: null, cancellationToken);
        while (true)
        {
            var found = await keyValues.Get(tenant, key, options, cancellationToken);
            if (!IsKnown(found, request))
                return found;
            var left = TimeSpan.FromSeconds(request.Seconds) - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || await watch.Next(left, cancellationToken) is not { Changes.Count: > 0 })
                return found;
        }
    }
}
