using Etcdserverpb;
using Grpc.Core;
using Kv.Infrastructure.Tls;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// The way to the cluster: a channel, and another one in its place when the files of its certificates have changed, as a channel
/// keeps those that it began with.
/// </summary>
internal sealed class EtcdConnection : IDisposable
{
    private readonly EtcdOptions _options;
    private readonly TimeProvider _time;
    private readonly ReloadedFiles<EtcdTls>? _files;
    private volatile EtcdChannel _channel;

    public EtcdConnection(EtcdOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time) = (options, time);
        _files = EtcdTls.Files(options) is { Count: > 0 } files
            ? new ReloadedFiles<EtcdTls>(files, contents => EtcdTls.Of(options, contents), Replace, options.ReloadInterval, time, logger)
            : null;
        _channel = new EtcdChannel(options, _files?.Current);
        _files?.Begin();
    }

    public KV.KVClient Keys => _channel.Keys;

    public Lease.LeaseClient Leases => _channel.Leases;

    public Maintenance.MaintenanceClient Maintenance => _channel.Maintenance;

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout => _options.Timeout;

    /// <summary>The moment by which a call that starts now must be answered.</summary>
    public DateTime Deadline => (_time.GetUtcNow() + Timeout).UtcDateTime;

    /// <summary>
    /// Opens a watch stream. A member without a leader ends it instead of going silent, and so does a channel that is replaced.
    /// </summary>
    public AsyncDuplexStreamingCall<WatchRequest, WatchResponse> Watch(CancellationToken cancellationToken) =>
        _channel.Watch(cancellationToken);

    public void Dispose()
    {
        _files?.Dispose();
        _channel.Dispose();
    }

    private void Replace(EtcdTls tls)
    {
        var old = _channel;
        _channel = new EtcdChannel(_options, tls);
        _ = Retire(old);
    }

    // Calls that are under way on it have ended by then: none lasts longer than its time-out, but for watches, which are ended
    // and go on where they were.
    private async Task Retire(EtcdChannel channel)
    {
        channel.EndWatches();
        await Task.Delay(2 * Timeout, _time);
        channel.Dispose();
    }
}
