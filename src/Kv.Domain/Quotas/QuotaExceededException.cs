using Kv.Domain.Storage;

namespace Kv.Domain.Quotas;

/// <summary>A write would take a tenant beyond its quota; nothing was written.</summary>
public sealed class QuotaExceededException : StoreException
{
    /// <param name="kind">Which limit.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="present">What the tenant has, with what is just being written.</param>
    /// <param name="growth">What the write would add.</param>
    public QuotaExceededException(QuotaKind kind, long limit, long present, long growth)
        : base(Explain(kind, limit, present, growth), null) => (Kind, Limit, Present) = (kind, limit, present);

    /// <summary>Which limit it is.</summary>
    public QuotaKind Kind { get; }

    /// <summary>The limit: a number of keys, or of bytes in keys and values.</summary>
    public long Limit { get; }

    /// <summary>How much the tenant has.</summary>
    public long Present { get; }

    private static string Explain(QuotaKind kind, long limit, long present, long growth)
    {
        var unit = kind == QuotaKind.Keys ? "keys" : "bytes in keys and values";
        return $"This namespace and app may have {limit} {unit} and has {present}; {growth} more are too many. "
            + "Nothing was written. To delete keys, or to write smaller values, helps.";
    }
}

/// <summary>What tenants have is not counted yet.</summary>
public sealed class UsageNotCountedException() : Exception("The keys are being counted; ask again in a while.");
