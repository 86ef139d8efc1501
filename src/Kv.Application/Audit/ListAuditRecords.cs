using System.Globalization;
using AutoMapper;
using FluentValidation;
using Kv.Application.Access;
using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Domain.Tenants;
using MediatR;

namespace Kv.Application.Audit;

/// <summary>Reads a page of the records of who changed what, oldest first.</summary>
/// <param name="Namespace">The namespace; null, like the app, for the records about the deployment.</param>
/// <param name="AppName">The app.</param>
/// <param name="From">From when on (RFC 3339); null for the first that is kept.</param>
/// <param name="To">Up to and without when (RFC 3339); null for the last.</param>
/// <param name="Cursor">Where the page before said that it goes on; null for the first.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListAuditRecords(string? Namespace, string? AppName, string? From, string? To, string? Cursor, int Limit)
    : IRequest<AuditPage>, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => caller.IsAdministrator;

    /// <summary>A time as RFC 3339 has it, or a day (UTC); null when it is none.</summary>
    internal static DateTimeOffset? ToTime(string? text) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"], CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : null;
}

/// <summary>A page of records.</summary>
/// <param name="Items">The records.</param>
/// <param name="Cursor">What to ask for the next page with; null when this is the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecordDto> Items, string? Cursor);

internal sealed class ListAuditRecordsValidator : AbstractValidator<ListAuditRecords>
{
    private const int MaxLimit = 1000;
    private const string Time = "must be a time as in 2026-01-31T12:00:00Z, or a day as in 2026-01-31";

    public ListAuditRecordsValidator()
    {
        RuleFor(request => request.Namespace)
            .Must((request, space) => space is null == request.AppName is null)
            .WithMessage("Namespace and app must be given together, or neither for the records about the deployment");
        RuleFor(request => request.Namespace)
            .Must(space => space is null || Tenant.IsName(space)).WithMessage("Namespace must be the name of one");
        RuleFor(request => request.AppName)
            .Must(app => app is null || Tenant.IsName(app)).WithMessage("App must be the name of one").OverridePropertyName("app");
        RuleFor(request => request.From)
            .Must(from => from is null || ListAuditRecords.ToTime(from) is not null).WithMessage($"From {Time}");
        RuleFor(request => request.To)
            .Must(to => to is null || ListAuditRecords.ToTime(to) is not null).WithMessage($"To {Time}");
        RuleFor(request => request.Cursor)
            .Must(cursor => cursor is null || AuditRecordId.TryParse(cursor) is not null)
            .WithMessage("Cursor must be one that a page of these records gave");
        RuleFor(request => request.Limit)
            .Must(limit => limit is >= 1 and <= MaxLimit).WithMessage($"Limit must be between 1 and {MaxLimit}");
    }
}

internal sealed class ListAuditRecordsHandler(IAuditTrail trail, IMapper mapper) : IRequestHandler<ListAuditRecords, AuditPage>
{
    public async Task<AuditPage> Handle(ListAuditRecords request, CancellationToken cancellationToken)
    {
        var tenant = request.Namespace is null ? null : Tenant.Of(request.Namespace, request.AppName!);
        var period = (ListAuditRecords.ToTime(request.From), ListAuditRecords.ToTime(request.To));
        var after = request.Cursor is null ? null : AuditRecordId.TryParse(request.Cursor);
        var (found, hasMore) = await trail.List(tenant, period, after, request.Limit, cancellationToken);
        return new AuditPage([.. found.Select(mapper.Map<AuditRecordDto>)], hasMore ? found[^1].Id.ToString() : null);
    }
}
