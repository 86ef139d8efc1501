using System.Globalization;
using Kv.Domain.Audit;

namespace Kv.Application.Audit;

/// <summary>Reads a page of audit records, oldest first.</summary>
/// <param name="Namespace">The namespace; null, together with the app, for the records of the deployment.</param>
/// <param name="From">The start, inclusive (RFC 3339); null for the oldest record.</param>
/// <param name="To">The end, exclusive (RFC 3339); null for the newest record.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
public sealed record ListAuditRecords(
    string? Namespace, string? AppName, string? From, string? To, string? Cursor, int Limit)
    : IRequest<AuditPage>, IAdministrativeRequest
{
    /// <summary>Parses an RFC 3339 time or a day (UTC); null when the text is neither.</summary>
    internal static DateTimeOffset? ToTime(string? text) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"], CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : null;
}

/// <summary>A page of records.</summary>
/// <param name="Cursor">The cursor of the next page; null on the last page.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Items, string? Cursor);

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
            .Must(space => space is null || Tenant.IsName(space)).WithMessage("Namespace must be a valid name");
        RuleFor(request => request.AppName)
            .Must(app => app is null || Tenant.IsName(app)).WithMessage("App must be a valid name")
            .OverridePropertyName("app");
        RuleFor(request => request.From)
            .Must(from => from is null || ListAuditRecords.ToTime(from) is not null).WithMessage($"From {Time}");
        RuleFor(request => request.To)
            .Must(to => to is null || ListAuditRecords.ToTime(to) is not null).WithMessage($"To {Time}");
        RuleFor(request => request.Cursor)
            .Must(cursor => cursor is null || AuditRecordId.TryParse(cursor) is not null)
            .WithMessage("Cursor must be the cursor of a page of these records");
        RuleFor(request => request.Limit).PageLimit(MaxLimit);
    }
}

internal sealed class ListAuditRecordsHandler(IAuditTrail trail)
    : IRequestHandler<ListAuditRecords, AuditPage>
{
    public async Task<AuditPage> Handle(ListAuditRecords request, CancellationToken cancellationToken)
    {
        var tenant = request.Namespace is null ? null : new Tenant(request.Namespace, request.AppName!);
        var period = (ListAuditRecords.ToTime(request.From), ListAuditRecords.ToTime(request.To));
        var after = request.Cursor is null ? null : AuditRecordId.TryParse(request.Cursor);
        var (found, hasMore) = await trail.List(tenant, period, after, request.Limit, cancellationToken);
        return new AuditPage(found, hasMore ? found[^1].Id.ToString() : null);
    }
}
