using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Storage;

/// <summary>How to reach etcd.</summary>
public sealed record EtcdOptions
{
    /// <summary>
    /// The members' client addresses, all http or all https. Calls take turns among the healthy members.
    /// Default http://localhost:2379.
    /// </summary>
    public IReadOnlyList<Uri> Endpoints { get; init; } = [new Uri("http://localhost:2379")];

    /// <summary>
    /// A PEM file with the authorities that may sign the members' certificates; null for the system's own.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client certificate; null for none. Goes with <see cref="KeyFile"/>.</summary>
    public string? CertFile { get; init; }

    /// <summary>A PEM file with the client certificate's private key; null for none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// How often the files are checked; changed certificates are used for new connections.
    /// </summary>
    public TimeSpan ReloadInterval { get; init; } = PemCertificates.ReloadInterval;

    /// <summary>The etcd user; null when etcd runs without authentication.</summary>
    public string? Username { get; init; }

    /// <summary>The etcd user's password.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// The members' <c>--quota-backend-bytes</c>, for versions before 3.6, which do not report it; null when it is not
    /// known.
    /// </summary>
    public long? QuotaBytes { get; init; }

    /// <summary>The longest time of one call, after which the store counts as unavailable. Default 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The size of the near cache in bytes: keys that were read recently; 0 for no cache. Default 64 MiB.
    /// </summary>
    public long NearCacheBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// How many of the latest revisions a read of past changes may reach: etcd loads them all at once. Default 100 000.
    /// </summary>
    public long MaxPastRevisions { get; init; } = 100_000;
}
