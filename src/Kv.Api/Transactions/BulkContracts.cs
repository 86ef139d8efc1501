namespace Kv.Api.Transactions;

/// <summary>Independent operations on keys.</summary>
public sealed record BulkBody;

/// <summary>The results of a bulk.</summary>
public sealed record BulkAnswer
{
    /// <summary>A result for each operation, in order.</summary>
    public required IReadOnlyList<OperationAnswer> Results { get; init; }
}
