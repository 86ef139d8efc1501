using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The addresses of the cluster's members: the configured endpoints, and the client and peer addresses of etcd's member
/// list. An endpoint may be the name of a service, whose members have their own addresses.
/// </summary>
internal sealed class EtcdMemberList(EtcdConnection connection, EtcdOptions options, TimeProvider time)
{
    /// <returns>Only the configured endpoints when etcd's user may not read the member list.</returns>
    /// <exception cref="Kv.Domain.Storage.StoreUnavailableException">etcd did not answer.</exception>
    public async Task<IReadOnlyList<Uri>> Read(CancellationToken cancellationToken)
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

    // Besides http and https, etcd accepts local sockets, which have no address.
    private static Uri? ToHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host.Length: > 0 }
            ? uri
            : null;
}
