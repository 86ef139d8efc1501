using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Whether etcd's answer to a progress request is reliable. Before 3.4.25 and 3.5.8 a member may report that a watch
/// has come to the present though it has not (etcd's issue 15220).
/// </summary>
internal sealed class EtcdProgress(EtcdConnection connection, TimeProvider time)
{
    // With an older member an answer counts only after this long without a change: it brings watches up to date every
    // 100 ms.
    private static readonly TimeSpan QuietBefore = TimeSpan.FromSeconds(1);

    private TimeSpan? _quiet;

    /// <summary>
    /// How long the watch must be without a change for the answer to be reliable; the version is read once.
    /// </summary>
    public async ValueTask<TimeSpan> Quiet(CancellationToken cancellationToken)
    {
        if (_quiet is { } known)
            return known;
        try
        {
            var status = await Calls.Repeat(
                connection, time, (channel, options) => channel.Maintenance.StatusAsync(new StatusRequest(), options),
                cancellationToken: cancellationToken);
            return (_quiet = IsSound(status.Version) ? TimeSpan.Zero : QuietBefore).Value;
        }
        catch (RpcException)
        {
            return QuietBefore;
        }
    }

    private static bool IsSound(string text) => Version.TryParse(text.Split('-')[0], out var version)
        && (version.Major, version.Minor) switch
        {
            (3, <= 4) => version >= new Version(3, 4, 25),
            (3, 5) => version >= new Version(3, 5, 8),
            _ => true,
        };
}
