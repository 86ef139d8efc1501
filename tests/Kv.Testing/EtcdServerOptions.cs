namespace Kv.Testing;

/// <summary>The options of a test's etcd.</summary>
public sealed record EtcdServerOptions
{
    /// <summary>Further arguments, such as "--quota-backend-bytes=16777216". Default none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether it listens at every IPv4 address of the machine, beside 127.0.0.1. Default false.</summary>
    public bool ListensOnAllAddresses { get; init; }

    /// <summary>
    /// With these, clients speak TLS and must show a certificate of the same authority; null (the default) for plain
    /// text. The caller disposes of them.
    /// </summary>
    public TestCertificates? Certificates { get; init; }
}
