using AutoMapper;
using FluentValidation;
using Kv.Application.Access;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using MediatR;

namespace Kv.Application.KeyValues;

/// <summary>Reads a key once it is another than the caller knows, or when the wait is over.</summary>
/// <param name="Namespace">The tenant's namespace.</param>
/// <param name="AppName">The tenant's app.</param>
/// <param name="Key">The key.</param>
/// <param name="KnownRevision">The revision at which it was last written, as far as the caller knows; 0 for a key that is not there.</param>
/// <param name="Seconds">How long to wait at most.</param>
/// <param name="Options">How to read it.</param>
public sealed record WaitForKeyValue(
    string Namespace, string AppName, string Key, long KnownRevision, long Seconds, ReadOptions Options)
    : IRequest<KeyValueLookup>, ITenantRequest, IGuardedRequest
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
            .Must(seconds => seconds is >= 0 and <= MaxSeconds).WithMessage($"Wait must be between 0 and {MaxSeconds} seconds")
            .OverridePropertyName("wait");
        RuleFor(request => request.Options.AtRevision)
            .Equal(0).WithMessage("Revision and wait must not be given together: the past does not change")
            .OverridePropertyName("revision");
        this.RuleForTenant(limits);
    }
}

internal sealed class WaitForKeyValueHandler(
    IKeyValueRepository keyValues, IKeyChangeFeed feed, TimeProvider time, IMapper mapper)
    : IRequestHandler<WaitForKeyValue, KeyValueLookup>
{
    public async Task<KeyValueLookup> Handle(WaitForKeyValue request, CancellationToken cancellationToken)
    {
        var (tenant, key) = (Tenant.Of(request.Namespace, request.AppName), Domain.KeyValues.Key.Of(request.Key));
        var read = await keyValues.Get(tenant, key, request.Options, cancellationToken);
        if (request.Seconds > 0 && IsKnown(read, request))
            read = await Wait(tenant, key, request, cancellationToken);
        return new KeyValueLookup(read.KeyValue is null ? null : mapper.Map<KeyValueDto>(read.KeyValue), read.Revision);
    }

    private static bool IsKnown(KeyValueRead found, WaitForKeyValue request) =>
        (found.KeyValue?.Revision ?? 0) == request.KnownRevision;

    private async Task<KeyValueRead> Wait(
        Tenant tenant, Key key, WaitForKeyValue request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        // Open before the next look: a change in between is not missed. And what a watch has told, a stale read would miss.
        await using var watch = await feed.Open(tenant, KeyPattern.Of(key.Value), since: null, cancellationToken);
        var options = request.Options with { Consistency = ReadConsistency.Linearizable };
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
