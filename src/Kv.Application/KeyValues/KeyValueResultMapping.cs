using AutoMapper;
using Kv.Domain.KeyValues;

namespace Kv.Application.KeyValues;

/// <summary>Maps the results of reads and writes for callers.</summary>
internal static class KeyValueResultMapping
{
    public static ReadResult ToReadResult(this IMapper mapper, KeyValueRead read) =>
        new(read.KeyValue is null ? null : mapper.Map<KeyValueDto>(read.KeyValue), read.Revision);

    public static WriteResult ToWriteResult(this IMapper mapper, KeyValueWrite write) => new(
        write.IsApplied, write.Revision, write.FoundRevision,
        write.KeyValue is null ? null : mapper.Map<KeyValueDto>(write.KeyValue));
}
