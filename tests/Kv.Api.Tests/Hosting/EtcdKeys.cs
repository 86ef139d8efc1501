using System.Globalization;
using System.Text;
using System.Text.Json;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>The keys of etcd itself, written and read as by simple-golang-kv or an operator.</summary>
internal static class EtcdKeys
{
    /// <summary>The etcd key under which simple-golang-kv keeps a key.</summary>
    public static string Of(KvHost host, KvClient kv, string key) =>
        $"/{host.KeyPrefix}/kv/{kv.Namespace}/{kv.AppName}/{key}";

    public static Task Put(EtcdServer etcd, string key, byte[] value, long lease = 0) =>
        etcd.Call("kv/put", new { key = Base64(key), value = Convert.ToBase64String(value), lease });

    /// <summary>The entry of a key; null when there is none.</summary>
    public static async Task<(byte[] Value, long Lease)?> Get(EtcdServer etcd, string key) =>
        await Entry(etcd, key) is { } entry ? (Value(entry), Number(entry, "lease")) : null;

    /// <summary>Deletes a key.</summary>
    public static Task Delete(EtcdServer etcd, string key) => etcd.Call("kv/deleterange", new { key = Base64(key) });

    /// <summary>
    /// The value of a key, and how often it was written since it was created; null when there is none.
    /// </summary>
    public static async Task<(byte[] Value, long Version)?> Versioned(EtcdServer etcd, string key) =>
        await Entry(etcd, key) is { } entry ? (Value(entry), Number(entry, "version")) : null;

    /// <summary>The keys with this prefix.</summary>
    public static async Task<string[]> Keys(EtcdServer etcd, string prefix)
    {
        var answer = await etcd.Call(
            "kv/range", new
            {
                key = Base64(prefix),
                range_end = Base64($"{prefix[..^1]}{(char)(prefix[^1] + 1)}"),
                keys_only = true,
            });
        return answer.TryGetProperty("kvs", out var entries)
            ? [.. entries.EnumerateArray()
                .Select(entry => Encoding.UTF8.GetString(entry.GetProperty("key").GetBytesFromBase64()))]
            : [];
    }

    /// <summary>Grants a lease under an id that etcd chooses.</summary>
    public static async Task<long> Grant(EtcdServer etcd, long ttl) =>
        Number(await etcd.Call("lease/grant", Fields("TTL", ttl)), "ID");

    /// <summary>The seconds that remain of a lease.</summary>
    public static async Task<long> TimeToLive(EtcdServer etcd, long lease) =>
        Number(await etcd.Call("lease/timetolive", Fields("ID", lease)), "TTL");

    private static async Task<JsonElement?> Entry(EtcdServer etcd, string key)
    {
        var answer = await etcd.Call("kv/range", new { key = Base64(key) });
        return answer.TryGetProperty("kvs", out var entries) ? entries[0] : null;
    }

    private static byte[] Value(JsonElement entry) =>
        entry.TryGetProperty("value", out var bytes) ? bytes.GetBytesFromBase64() : [];

    // The serializer would write the members' first letters in lower case.
    private static Dictionary<string, long> Fields(string name, long value) => new() { [name] = value };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number) ? long.Parse(number.GetString()!, CultureInfo.InvariantCulture) : 0;
}
