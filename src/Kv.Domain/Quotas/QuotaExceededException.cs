namespace Kv.Domain.Quotas;

/// <summary>A write would exceed the tenant's quota; nothing was written.</summary>
public sealed class QuotaExceededException(QuotaKind kind, long limit, long present, long growth)
    : StoreException(Explain(kind, limit, present, growth), null)
{
    /// <summary>The kind of the limit.</summary>
    public QuotaKind Kind { get; } = kind;

    /// <summary>The limit: a number of keys, or of bytes in keys and values.</summary>
    public long Limit { get; } = limit;

    /// <summary>The tenant's usage, including writes in progress.</summary>
    public long Present { get; } = present;

    private static string Explain(QuotaKind kind, long limit, long present, long growth)
    {
        var unit = kind == QuotaKind.Keys ? "keys" : "bytes in keys and values";
        return $"The quota of this namespace and app is {limit} {unit}. "
            + $"It has {present}; {growth} more exceed the quota. "
            + "Nothing was written: delete keys or write smaller values.";
    }
}

/// <summary>The tenants' usage is not counted yet.</summary>
public sealed class UsageNotCountedException() : Exception("The keys are being counted; try again later.");
