using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The state that etcd reports, and the addresses of its members. Its space is the size of one member's database
/// against that member's alarm quota. All members hold the same data, but the file of each has the size of its last
/// defragmentation. The known faults cover the versions of all members.
/// </summary>
internal sealed class EtcdState(EtcdConnection connection, EtcdOptions options, TimeProvider time)
{
    // Members report their quota since 3.6, when it is set. The client's messages are older, but keep unknown fields.
    private static readonly uint QuotaTag = WireFormat.MakeTag(12, WireFormat.WireType.Varint);

    /// <returns>Null when etcd is unavailable, or its user may not ask.</returns>
    public async Task<StoreState?> Read(CancellationToken cancellationToken)
    {
        try
        {
            var request = new StatusRequest();
            var status = await Calls.Repeat(
                connection, time, (channel, options) => channel.Maintenance.StatusAsync(request, options),
                cancellationToken: cancellationToken);
            return From(status, options.QuotaBytes) with { KnownFaults = connection.KnownFaults };
        }
        catch (RpcException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>
    /// The configured endpoints, and the client and peer addresses of etcd's member list: an endpoint may be the name
    /// of a service, whose members have their own addresses.
    /// </summary>
    /// <returns>Only the configured endpoints when etcd's user may not read the member list.</returns>
    /// <exception cref="StoreUnavailableException">etcd did not answer.</exception>
    public async Task<IReadOnlyList<Uri>> Servers(CancellationToken cancellationToken)
    {
        try
        {
            var request = new MemberListRequest();
            var answer = await Calls.Repeat(
                connection, time, (channel, call) => channel.Cluster.MemberListAsync(request, call),
                cancellationToken: cancellationToken);
            var reported = answer.Members.SelectMany(member => member.ClientURLs.Concat(member.PeerURLs));
            return [.. options.Endpoints, .. reported.Select(ToHttp).OfType<Uri>()];
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.PermissionDenied or StatusCode.Unimplemented)
        {
            return options.Endpoints;
        }
        catch (RpcException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw EtcdErrors.Translate(error, "list its members", isWrite: false);
        }
    }

    /// <summary>
    /// Reads a member's answer; <paramref name="quota"/> is the quota of members that do not report their own.
    /// </summary>
    public static StoreState From(StatusResponse status, long? quota) => new(
        status.DbSize,
        (QuotaOf(status) ?? quota) is { } bytes ? Math.Max(0, bytes - status.DbSize) : null,
        status.Errors.Any(EtcdErrors.IsNoSpaceAlarm)
            ? "It has no space left (etcd's NOSPACE alarm): writes are refused, reads and deletes still work."
            : null)
    {
        Version = $"etcd {status.Version}",
    };

    // Besides http and https, etcd accepts local sockets, which have no address.
    private static Uri? ToHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host.Length: > 0 }
            ? uri
            : null;

    private static long? QuotaOf(StatusResponse status)
    {
        using var input = new CodedInputStream(status.ToByteArray());
        while (input.ReadTag() is not 0 and var tag)
        {
            // A negative quota means no quota.
            if (tag == QuotaTag)
                return input.ReadInt64() is > 0 and var quota ? quota : null;
            input.SkipLastField();
        }
        return null;
    }
}
