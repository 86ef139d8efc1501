namespace Kv.Domain.Quotas;

/// <summary>A write would exceed the tenant's quota; nothing was written.</summary>
public sealed class QuotaExceededException : StoreException
{
    /// <param name="present">The tenant's usage, including writes in progress.</param>
    /// <param name="growth">The growth by the write.</param>
    public QuotaExceededException(QuotaKind kind, long limit, long present, long growth)
        : base(Explain(kind, limit, present, growth), null) => (Kind, Limit, Present) = (kind, limit, present);

    /// <summary>The kind of the limit.</summary>
    public QuotaKind Kind { get; }

    /// <summary>The limit: a number of keys, or of bytes in keys and values.</summary>
    public long Limit { get; }

    /// <summary>The tenant's usage, including writes in progress.</summary>
    public long Present { get; }

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
