using AutoMapper;
using Kv.Domain.Audit;

namespace Kv.Application.Audit;

/// <summary>Who changed what, as administrators see it.</summary>
public sealed class AuditRecordDto
{
    /// <summary>Which record it is.</summary>
    public required string Id { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>As whom the request was authenticated.</summary>
    public required string Actor { get; init; }

    /// <summary>Where it came from; null where that was not known.</summary>
    public string? Address { get; init; }

    /// <summary>The trace that it is part of; null where nobody traces.</summary>
    public string? TraceId { get; init; }

    /// <summary>The store's revision that the changes took.</summary>
    public long Revision { get; init; }

    /// <summary>What was done.</summary>
    public required IReadOnlyList<AuditedChangeDto> Changes { get; init; }
}

/// <summary>One change.</summary>
public sealed class AuditedChangeDto
{
    /// <summary>What was done; one of <see cref="AuditOperations"/>.</summary>
    public required string Operation { get; init; }

    /// <summary>To what.</summary>
    public required string Target { get; init; }

    // By hand: AutoMapper 8 stumbles over records (see KeyValueDto).
    internal static AuditedChangeDto Of(AuditedChange change) => new() { Operation = change.Operation, Target = change.Target };
}

internal sealed class AuditProfile : Profile
{
    public AuditProfile() => CreateMap<AuditRecord, AuditRecordDto>()
        .ForMember(dto => dto.Id, map => map.MapFrom(source => source.Id.ToString()))
        .ForMember(dto => dto.Changes, map => map.MapFrom(source => source.Changes.Select(AuditedChangeDto.Of).ToList()));
}
