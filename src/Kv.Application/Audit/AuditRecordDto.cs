using Kv.Domain.Audit;

namespace Kv.Application.Audit;

/// <summary>An audit record for administrators.</summary>
public sealed record AuditRecordDto
{
    public required string Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The authenticated caller.</summary>
    public required string Actor { get; init; }

    /// <summary>The address of the caller; null where it is unknown.</summary>
    public string? Address { get; init; }

    /// <summary>The trace that the request belongs to; null when the request is not traced.</summary>
    public string? TraceId { get; init; }

    /// <summary>The store's revision of the changes.</summary>
    public long Revision { get; init; }

    public required IReadOnlyList<AuditedChangeDto> Changes { get; init; }
}

/// <summary>One change.</summary>
public sealed record AuditedChangeDto
{
    /// <summary>The operation; one of <see cref="AuditOperations"/>.</summary>
    public required string Operation { get; init; }

    /// <summary>The key, or the id of the webhook, the delivery or the API key.</summary>
    public required string Target { get; init; }
}

internal sealed class AuditProfile : Profile
{
    public AuditProfile()
    {
        CreateMap<AuditedChange, AuditedChangeDto>();
        CreateMap<AuditRecord, AuditRecordDto>().ForMember(
            dto => dto.Id, map => map.MapFrom(source => source.Id.ToString()));
    }
}
