using System.Globalization;
using System.Text;
using System.Text.Json;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>What is in etcd itself, as simple-golang-kv or an operator would put and read it.</summary>
internal static class EtcdKeys
{
    /// <summary>Where simple-golang-kv keeps a key.</summary>
    public static string Of(KvHost host, KvClient kv, string key) => $"/{host.KeyPrefix}/kv/{kv.Namespace}/{kv.AppName}/{key}";

    public static Task Put(EtcdServer etcd, string key, byte[] value, long lease = 0) =>
        etcd.Call("kv/put", new { key = Base64(key), value = Convert.ToBase64String(value), lease });

    /// <summary>The entry of a key; null when there is none.</summary>
    public static async Task<(byte[] Value, long Lease)?> Get(EtcdServer etcd, string key)
    {
        var answer = await etcd.Call("kv/range", new { key = Base64(key) });
        if (!answer.TryGetProperty("kvs", out var entries))
            return null;
        var entry = entries[0];
        var value = entry.TryGetProperty("value", out var bytes) ? bytes.GetBytesFromBase64() : [];
        return (value, Number(entry, "lease"));
    }

    /// <summary>Grants a lease under an id that etcd chooses.</summary>
    public static async Task<long> Grant(EtcdServer etcd, long ttl) => Number(await etcd.Call("lease/grant", Fields("TTL", ttl)), "ID");

    /// <summary>The seconds that remain of a lease.</summary>
    public static async Task<long> TimeToLive(EtcdServer etcd, long lease) =>
        Number(await etcd.Call("lease/timetolive", Fields("ID", lease)), "TTL");

    // The serializer would write the first letters of an object's members small.
    private static Dictionary<string, long> Fields(string name, long value) => new() { [name] = value };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number) ? long.Parse(number.GetString()!, CultureInfo.InvariantCulture) : 0;
}
