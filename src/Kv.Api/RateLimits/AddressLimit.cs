using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Kv.Api.Errors;
using Kv.Api.Http;

namespace Kv.Api.RateLimits;

/// <summary>
/// Limits the requests of an address, for all tenants together: without authentication, a flood can use a new tenant
/// for each request. Behind a trusted proxy, the address is the caller's. A refusal comes after a moment: a caller that
/// waits for each answer then sends few requests, because refusals cost processor time as well.
/// </summary>
internal sealed class AddressLimit(int perSecond) : IDisposable
{
    private const int Ipv6NetworkBytes = 8;
    private static readonly TimeSpan RefusalDelay = TimeSpan.FromMilliseconds(100);

    private readonly PartitionedRateLimiter<IPAddress> _buckets = TokenBuckets.Create<IPAddress>(perSecond, perSecond);

    /// <summary>Middleware after routing: only requests to controllers count.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (!context.IsApiCall())
            return next(context);
        using var lease = _buckets.AttemptAcquire(Counted(context.Connection.RemoteIpAddress));
        return lease.IsAcquired ? next(context) : Refuse(context);
    }

    public void Dispose() => _buckets.Dispose();

    private async Task Refuse(HttpContext context)
    {
        await Task.Delay(RefusalDelay, context.RequestAborted);
        await TokenBuckets.Refusal(
            context.Response, 1, $"This address may make {perSecond} requests per second; nothing was done.")
            .WriteTo(context);
    }

    // An IPv6 caller owns a whole network (RFC 6177) and can use another address for each request.
    private static IPAddress Counted(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, Ipv6NetworkBytes, bytes.Length - Ipv6NetworkBytes);
        return new IPAddress(bytes);
    }
}
