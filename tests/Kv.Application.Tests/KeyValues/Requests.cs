using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;

namespace Kv.Application.Tests.KeyValues;

/// <summary>Valid requests, of which a test changes one part, and the answers of a repository to them.</summary>
internal static class Requests
{
    public static SetKeyValue Set { get; } = new("space", "app", "key", "value"u8.ToArray());

    public static GetKeyValue Get { get; } = new("space", "app", "key");

    public static DeleteKeyValue Delete { get; } = new("space", "app", "key");

    public static ListKeyValues List { get; } = new("space", "app", "prefix");

    public static SetKeyValueTtl SetTtl { get; } = new("space", "app", "key", TimeToLive.FromSeconds(60));

    /// <summary>A time to live; null for the deployment's default.</summary>
    public static TimeToLive Ttl(long? seconds) =>
        seconds is { } asked ? TimeToLive.FromSeconds(asked) : TimeToLive.Default;

    public static KeyValue Stored(string key = "key", Expiry? expiry = null) =>
        new(Key.Parse(key), "value"u8.ToArray(), expiry, revision: 7)
        {
            CreateRevision = 5,
            Version = 2,
            ContentType = "text/plain",
        };
}
