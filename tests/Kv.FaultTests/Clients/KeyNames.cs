namespace Kv.FaultTests.Clients;

/// <summary>The tenants and keys that clients use. Few keys, so that clients meet.</summary>
internal static class KeyNames
{
    /// <summary>The tenant that most clients use.</summary>
    public const string MainTenant = "faults/main";

    /// <summary>A tenant with keys of the same names.</summary>
    public const string OtherTenant = "faults/other";

    public static readonly IReadOnlyList<string> Tenants = [MainTenant, OtherTenant];

    /// <summary>The prefix of the keys that are read and written in all ways.</summary>
    public const string RegisterPrefix = "r/";

    /// <summary>The prefix of the keys that expire.</summary>
    public const string ExpiringPrefix = "t/";

    /// <summary>The prefix of the pairs.</summary>
    public const string PairPrefix = "pair/";

    public static readonly IReadOnlyList<string> Registers = Numbered(RegisterPrefix, 8);

    public static readonly IReadOnlyList<string> Expiring = Numbered(ExpiringPrefix, 5);

    /// <summary>Keys that are written under an <c>Idempotency-Key</c>.</summary>
    public static readonly IReadOnlyList<string> Repeated = Numbered("once/", 4);

    /// <summary>Keys that are imported.</summary>
    public static readonly IReadOnlyList<string> Imported = Numbered("import/", 6);

    /// <summary>Two keys each, which are only ever written together and with the same value.</summary>
    public static readonly IReadOnlyList<(string First, string Second)> Pairs =
        [.. Enumerable.Range(0, 3).Select(number => ($"{PairPrefix}{number}/a", $"{PairPrefix}{number}/b"))];

    /// <summary>The key that is written last, so that it can be seen how far watches and webhooks have come.</summary>
    public const string End = "end";

    private static string[] Numbered(string prefix, int count) =>
        [.. Enumerable.Range(0, count).Select(number => $"{prefix}{number}")];
}
