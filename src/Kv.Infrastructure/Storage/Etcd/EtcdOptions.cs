namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>How to reach etcd.</summary>
public sealed record EtcdOptions
{
    /// <summary>
    /// The members' client addresses, all http or all https. Requests go round among those that answer.
    /// Default http://localhost:2379.
    /// </summary>
    public IReadOnlyList<Uri> Endpoints { get; init; } = [new Uri("http://localhost:2379")];

    /// <summary>A PEM file with the authorities that may sign the members' certificates; null for the system's own.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client certificate; null for none. Goes with <see cref="KeyFile"/>.</summary>
    public string? CertFile { get; init; }

    /// <summary>A PEM file with the client certificate's private key; null for none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How often the files are looked at; what has changed is used for new connections. Default 10 s.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The etcd user; null when etcd runs without authentication.</summary>
    public string? Username { get; init; }

    /// <summary>The etcd user's password.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// What the members are started with as <c>--quota-backend-bytes</c>, for those before 3.6, which do not tell; null when it is not known.
    /// </summary>
    public long? QuotaBytes { get; init; }

    /// <summary>How long one call may take before the store counts as unavailable. Default 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);
}
