using AutoMapper;
using Kv.Domain.KeyValues;

namespace Kv.Application.KeyValues;

/// <summary>Outcomes of writes, as callers see them.</summary>
internal static class KeyValueMapping
{
    public static KeyValueChange ToChange(this IMapper mapper, KeyValueWrite write) => new(
        write.IsApplied, write.Revision, write.FoundRevision,
        write.KeyValue is null ? null : mapper.Map<KeyValueDto>(write.KeyValue));
}
