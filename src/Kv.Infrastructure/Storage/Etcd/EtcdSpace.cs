using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// What room etcd has: the database of the member that happens to be asked, against the quota beyond which that member raises its alarm.
/// All members hold the same, but each is as large as it was left by its last defragmentation.
/// </summary>
internal sealed class EtcdSpace(EtcdConnection connection, EtcdOptions options, TimeProvider time)
{
    // Since 3.6, where it is set; the client's messages are older, but keep what they do not know.
    private static readonly uint QuotaTag = WireFormat.MakeTag(12, WireFormat.WireType.Varint);

    /// <returns>Null when etcd is away, or its user may not ask.</returns>
    public async Task<StoreSpace?> Ask(CancellationToken cancellationToken)
    {
        try
        {
            var status = await Calls.Repeat(connection, time, by => connection.Maintenance.StatusAsync(
                new StatusRequest(), deadline: by, cancellationToken: cancellationToken));
            return Of(status, options.QuotaBytes);
        }
        catch (RpcException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <summary>Reads a member's answer; <paramref name="quota"/> is that of members which do not tell their own.</summary>
    public static StoreSpace Of(StatusResponse status, long? quota) => new(
        status.DbSize,
        (QuotaOf(status) ?? quota) is { } bytes ? Math.Max(0, bytes - status.DbSize) : null,
        status.Errors.Any(EtcdErrors.IsNoSpaceAlarm)
            ? "It has no space left (etcd's NOSPACE alarm): writes are refused, reads and deletes go on."
            : null);

    private static long? QuotaOf(StatusResponse status)
    {
        using var input = new CodedInputStream(status.ToByteArray());
        while (input.ReadTag() is not 0 and var tag)
        {
            // A negative one is none.
            if (tag == QuotaTag)
                return input.ReadInt64() is > 0 and var quota ? quota : null;
            input.SkipLastField();
        }
        return null;
    }
}
