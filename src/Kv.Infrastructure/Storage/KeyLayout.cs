using System.Text;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;

namespace Kv.Infrastructure.Storage;

/// <summary>
/// Where things are in the store. The layout is simple-golang-kv's, so that either service reads what the other wrote.
/// </summary>
internal sealed class KeyLayout(StoreOptions options)
{
    private readonly string _keyValues = $"/{options.BaseKeyPrefix}/kv/";

    /// <summary>A key at which there is never anything, in the part of the store that Kv may touch.</summary>
    public StoreKey Nothing { get; } = StoreKey.Of($"/{options.BaseKeyPrefix}/");

    /// <summary>Where a tenant's keys are, or those of them that start with a text.</summary>
    public StoreKey KeyValuePrefix(Tenant tenant, string prefix = "") => Encode(tenant, prefix);

    public StoreKey KeyValue(Tenant tenant, Key key) => Encode(tenant, key.Value);

    private StoreKey Encode(Tenant tenant, string key)
    {
        var (space, app) = (tenant.Namespace, tenant.AppName);
        var encoding = Encoding.UTF8;
        var bytes = new byte[
            encoding.GetByteCount(_keyValues) + encoding.GetByteCount(space) + encoding.GetByteCount(app)
            + encoding.GetByteCount(key) + 2];
        var end = encoding.GetBytes(_keyValues, bytes);
        end += encoding.GetBytes(space, bytes.AsSpan(end));
        bytes[end++] = (byte)'/';
        end += encoding.GetBytes(app, bytes.AsSpan(end));
        bytes[end++] = (byte)'/';
        encoding.GetBytes(key, bytes.AsSpan(end));
        return new StoreKey(bytes);
    }
}
