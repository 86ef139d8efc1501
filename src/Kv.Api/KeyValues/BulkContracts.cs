using System.Text.Json.Serialization;
using Kv.Application.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>Operations on keys, each by itself.</summary>
[JsonConverter(typeof(BulkBodyConverter))]
public sealed record BulkBody
{
    internal IReadOnlyList<KeyOperationInput> Operations { get; init; } = [];
}

/// <summary>What became of the operations of a bulk.</summary>
public sealed record BulkAnswer
{
    /// <summary>A result for each operation, in their order.</summary>
    public required IReadOnlyList<OperationAnswer> Results { get; init; }
}
