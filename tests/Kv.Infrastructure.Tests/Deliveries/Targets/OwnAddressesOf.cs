using System.Net;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Deliveries.Targets;

/// <summary>Makes the addresses of a deployment.</summary>
internal static class OwnAddressesOf
{
    /// <summary>A deployment that has none.</summary>
    public static OwnAddresses Nothing() => Deployment(new OwnEndpoints(), new InMemoryStore(new FakeTimeProvider()));

    /// <summary>A deployment over a store.</summary>
    public static OwnAddresses Deployment(
        OwnEndpoints own, IStore store, AddressResolver? resolve = null, TimeProvider? time = null) =>
        new(
            own, store, new KeyLayout(new StoreOptions()), resolve ?? Dns.GetHostAddressesAsync,
            time ?? new FakeTimeProvider());
}
