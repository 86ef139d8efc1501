using AutoMapper;
using FluentValidation;
using Kv.Application.Tenants;
using Kv.Domain;
using Kv.Domain.KeyValues;
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
    : IRequest<KeyValueLookup>, ITenantRequest;

internal sealed class WaitForKeyValueValidator : AbstractValidator<WaitForKeyValue>
{
    private const int MaxSeconds = 60;

    public WaitForKeyValueValidator(Limits limits)
    {
        RuleFor(request => request.Key).Key(limits);
        RuleFor(request => request.Seconds)
            .Must(seconds => seconds is >= 0 and <= MaxSeconds).WithMessage($"Wait must be between 0 and {MaxSeconds} seconds")
            .OverridePropertyName("wait");
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
        if (request.Seconds > 0 && IsKnown(read))
            read = await Wait(tenant, key, request, cancellationToken);
        return new KeyValueLookup(read.KeyValue is null ? null : mapper.Map<KeyValueDto>(read.KeyValue), read.Revision);

        bool IsKnown(KeyValueRead found) => (found.KeyValue?.Revision ?? 0) == request.KnownRevision;

        async Task<KeyValueRead> Wait(Tenant owner, Key name, WaitForKeyValue asked, CancellationToken gone)
        {
            using var over = new CancellationTokenSource(TimeSpan.FromSeconds(asked.Seconds), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, gone);
            // Open before the next look: a change in between is not missed.
            await using var watch = await feed.Open(owner, KeyPattern.Of(name.Value), since: null, gone);
            while (true)
            {
                var found = await keyValues.Get(owner, name, asked.Options, gone);
                if (!IsKnown(found) || over.IsCancellationRequested)
                    return found;
                try
                {
                    if (await watch.Next(either.Token) is null)
                        return found;
                }
                catch (OperationCanceledException) when (!gone.IsCancellationRequested)
                {
                    // The wait is over; one last look.
                }
            }
        }
    }
}
