using System.Collections.Concurrent;
using System.Text;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Infrastructure.Tests.Testing;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>The files with the certificates for etcd are replaced while the store is open.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class CertificateReloadTests
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);

    [Test]
    public async Task Certificates_that_etcd_refuses_are_replaced_by_accepted_ones()
    {
        using var certificates = TestCertificates.Create();
        using var others = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        using var files = new ClientFiles(others);
        await using var store = EtcdStores.Open(
            files.Options(server.ClientUri) with { Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        Assert.That(() => store.Put("key"), Throws.InstanceOf<StoreUnavailableException>());

        files.Write(certificates.CaFile, certificates.ClientCertFile, certificates.ClientKeyFile);

        await Eventually.Holds(async () => (await store.Put("key")).Succeeded, "the new ones are used");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_continues_and_no_write_fails_when_they_are_replaced(CancellationToken cancellationToken)
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var proxy = TcpProxy.To(server.Endpoint);
        using var files = new ClientFiles(certificates);
        await using var store = EtcdStores.Open(files.Options(new Uri($"https://{proxy.Endpoint}")));
        var seen = new ConcurrentQueue<string>();
        var watching = Follow(store, seen, cancellationToken);
        await store.Put("key", "0");
        await Eventually.Holds(() => !seen.IsEmpty, "the watch is open");
        var before = proxy.AcceptedConnections;

        files.Write(certificates.CaFile, certificates.ChainedClientCertFile, certificates.ChainedClientKeyFile);
        var written = 1;
        for (; proxy.AcceptedConnections == before; written++)
            Assert.That((await store.Put("key", $"{written}")).Succeeded, Is.True);

        await Eventually.Holds(() => seen.Count >= written || watching.IsCompleted, "the watch continues");
        Assert.That(watching.IsCompleted, Is.False, () => $"{watching.Exception}");
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, written).Select(number => $"{number}")));
    }

    [Test]
    public async Task While_files_are_half_written_the_former_ones_stay_in_use()
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var proxy = TcpProxy.To(server.Endpoint);
        using var files = new ClientFiles(certificates);
        var log = new RecordedLog();
        await using var store = new EtcdStore(
            files.Options(new Uri($"https://{proxy.Endpoint}")), EtcdStores.Everything, _ => "", TimeProvider.System,
            Meters.Factory, log);
        await store.Put("key");

        files.Write(certificates.CaFile, certificates.ChainedClientCertFile, certificates.ClientKeyFile);
        await Eventually.Holds(
            () => log.Lines.Any(line => line.Contains("cannot be used", StringComparison.Ordinal)), "it is logged");
        proxy.CutConnections();

        await Eventually.Holds(
            async () => (await store.Put("key")).Succeeded, "new connections use the former certificate");
    }

    [Test]
    public async Task Former_connections_are_closed_when_they_can_have_no_call_left()
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var proxy = TcpProxy.To(server.Endpoint);
        using var files = new ClientFiles(certificates);
        var options = files.Options(new Uri($"https://{proxy.Endpoint}")) with { Timeout = TimeSpan.FromSeconds(2) };
        await using var store = EtcdStores.Open(options, TimeProvider.System);
        await Eventually.Holds(async () => (await store.Put("key")).Succeeded, "it is connected");
        var (before, accepted) = (proxy.OpenConnections, proxy.AcceptedConnections);

        files.Write(certificates.CaFile, certificates.ChainedClientCertFile, certificates.ChainedClientKeyFile);
        await Eventually.Holds(
            async () => (await store.Put("key")).Succeeded && proxy.AcceptedConnections > accepted,
            "a new connection is made");

        await Eventually.Holds(() => proxy.OpenConnections <= before, "the old one is closed");
        Assert.That((await store.Put("key")).Succeeded, Is.True);
    }

    private static async Task Follow(EtcdStore store, ConcurrentQueue<string> seen, CancellationToken cancellationToken)
    {
        await foreach (var set in store.Watch(KeyRange.Single(StoreKey.FromText("key")), 1, cancellationToken))
            seen.Enqueue(Encoding.UTF8.GetString(set.Changes.Single().Current!.Value.Span));
    }

    /// <summary>Files of the client's own, to replace.</summary>
    private sealed class ClientFiles : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();

        public ClientFiles(TestCertificates first) => Write(first.CaFile, first.ClientCertFile, first.ClientKeyFile);

        public EtcdOptions Options(Uri endpoint) => new()
        {
            Endpoints = [endpoint],
            CaFile = _directory.File("ca"),
            CertFile = _directory.File("cert"),
            KeyFile = _directory.File("key"),
            ReloadInterval = Often,
        };

        public void Write(string ca, string cert, string key)
        {
            _directory.Replace("ca", File.ReadAllText(ca));
            _directory.Replace("cert", File.ReadAllText(cert));
            _directory.Replace("key", File.ReadAllText(key));
        }

        public void Dispose() => _directory.Dispose();
    }
}
