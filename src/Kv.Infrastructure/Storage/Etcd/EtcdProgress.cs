using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Whether etcd's answer to a progress request is reliable. Before 3.4.25 and 3.5.8 a member may report that a watch
/// is up to date though it is not (etcd's issue 15220).
/// </summary>
internal sealed class EtcdProgress(EtcdConnection connection, TimeProvider time)
{
    // The answer of an older member counts only when the watch has been open for this long without a change: etcd
    // brings watches up to date every 100 ms.
    private static readonly TimeSpan QuietBefore = TimeSpan.FromSeconds(1);

    private TimeSpan? _quiet;

    /// <summary>
    /// How long the watch must be without a change for the answer to be reliable; the version is read once.
    /// </summary>
    public async ValueTask<TimeSpan> QuietTime(CancellationToken cancellationToken)
    {
        if (_quiet is { } known)
            return known;
        try
        {
            var status = await Calls.Repeat(
                connection, time, (channel, options) => channel.Maintenance.StatusAsync(new StatusRequest(), options),
                cancellationToken: cancellationToken);
            return (_quiet = IsReliable(status.Version) ? TimeSpan.Zero : QuietBefore).Value;
        }
        catch (RpcException)
        {
            return QuietBefore;
        }
    }

    /// <summary>Whether the answers of a member with this version are reliable.</summary>
    public static bool IsReliable(string text) => Version.TryParse(text.Split('-')[0], out var version)
        && (version.Major, version.Minor) switch
        {
            (3, <= 4) => version >= new Version(3, 4, 25),
            (3, 5) => version >= new Version(3, 5, 8),
            _ => true,
        };
}
