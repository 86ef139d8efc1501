using Grpc.Core;
using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>etcd with client certificates, and with users and passwords.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class SecuredEtcdTests
{
    private static long FarAhead => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3600;

    [Test]
    public async Task With_a_client_certificate_everything_works_over_TLS()
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var store = EtcdStores.Open(new EtcdOptions
        {
            Endpoints = [server.ClientUri],
            CaFile = certificates.CaFile,
            CertFile = certificates.ClientCertFile,
            KeyFile = certificates.ClientKeyFile,
        });

        await store.Put("key", deadline: FarAhead);

        Assert.That(await store.Value("key"), Is.EqualTo("value"));
        await foreach (var set in store.Watch(KeyRange.Single(StoreKey.FromText("key")), 1, CancellationToken.None))
        {
            Assert.That(set.Changes.Single().Current!.Value.ToArray(), Is.EqualTo("value"u8.ToArray()));
            break;
        }
    }

    [Test]
    public async Task A_client_certificate_is_sent_with_the_chain_in_its_file()
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var store = EtcdStores.Open(new EtcdOptions
        {
            Endpoints = [server.ClientUri],
            CaFile = certificates.CaFile,
            CertFile = certificates.ChainedClientCertFile,
            KeyFile = certificates.ChainedClientKeyFile,
        });

        await store.Put("key");

        Assert.That(await store.Value("key"), Is.EqualTo("value"));
    }

    [Test]
    public async Task Without_a_client_certificate_nothing_is_sent()
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var store = EtcdStores.OpenImpatient(server.ClientUri, certificates.CaFile);

        Assert.That(() => store.Put("key"), Throws.InstanceOf<StoreUnavailableException>());
        Assert.That(await server.CurrentRevision(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_server_whose_authority_is_not_ours_is_not_trusted()
    {
        using var certificates = TestCertificates.Create();
        using var others = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        await using var store = EtcdStores.OpenImpatient(server.ClientUri, others.CaFile);

        Assert.That(() => store.Find("key"), Throws.InstanceOf<StoreUnavailableException>());
    }

    [Test]
    public async Task Calls_succeed_when_a_restart_of_etcd_makes_the_token_of_the_user_void()
    {
        await using var server = await EtcdServer.StartAsync();
        await server.EnableAuthentication("secret");
        await using var store = EtcdStores.Open(AsRoot(server, "secret"));
        await store.Put("key", "before");

        await server.Restart();
        await OnceConnected(() => store.Put("key", "with a lease", deadline: FarAhead));
        Assert.That(await store.Value("key"), Is.EqualTo("with a lease"));

        await server.Restart();
        await OnceConnected(() => store.Put("key", "plain"));
        Assert.That(await store.Value("key"), Is.EqualTo("plain"));

        await server.Restart();
        await OnceConnected(() => store.Find("key"));
        Assert.That(await store.Value("key"), Is.EqualTo("plain"));

        await server.Restart();
        await OnceConnected(() => store.Count(KeyRange.Single(StoreKey.FromText("key")), 0, CancellationToken.None));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_continues_when_a_restart_of_etcd_makes_the_token_void(CancellationToken cancellationToken)
    {
        await using var server = await EtcdServer.StartAsync();
        await server.EnableAuthentication("secret");
        await using var writer = EtcdStores.Open(AsRoot(server, "secret"));
        await using var watching = EtcdStores.Open(AsRoot(server, "secret"));
        var watch = watching.Watch(KeyRange.Single(StoreKey.FromText("key")), 1, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (watch)
        {
            await writer.Put("key", "1");
            Assert.That(await watch.MoveNextAsync(), Is.True);

            var next = watch.MoveNextAsync().AsTask();
            await server.Restart();
            await Eventually.Holds(async () => (await writer.Put("key", "2")).Succeeded, "the writer continues");

            Assert.That(await next.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken), Is.True);
            Assert.That(watch.Current.Changes.Single().Current!.Value.ToArray(), Is.EqualTo("2"u8.ToArray()));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_watch_without_other_calls_gets_a_new_token_by_itself(
        CancellationToken cancellationToken)
    {
        await using var server = await EtcdServer.StartAsync();
        await using var proxy = TcpProxy.To(server.Endpoint);
        await server.EnableAuthentication("secret");
        await using var watching = EtcdStores.Open(AsRoot(server, "secret") with { Endpoints = [proxy.Uri] });
        var watch = watching.Watch(KeyRange.Single(StoreKey.FromText("key")), 1, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (watch)
        {
            await using var before = EtcdStores.Open(AsRoot(server, "secret"));
            await before.Put("key", "1");
            Assert.That(await watch.MoveNextAsync(), Is.True);

            var next = watch.MoveNextAsync().AsTask();
            // Invalidates the tokens of the user. The password stays the same.
            await server.Call("auth/user/changepw", new { name = "root", password = "secret" });
            proxy.CutConnections();
            await using var after = EtcdStores.Open(AsRoot(server, "secret"));
            await after.Put("key", "2");

            Assert.That(await next.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken), Is.True);
            Assert.That(watch.Current.Changes.Single().Current!.Value.ToArray(), Is.EqualTo("2"u8.ToArray()));
        }
    }

    [Test]
    public async Task A_wrong_password_is_refused()
    {
        await using var server = await EtcdServer.StartAsync();
        await server.EnableAuthentication("secret");
        await using var store = EtcdStores.Open(AsRoot(server, "guessed"));

        Assert.That(
            () => store.Put("key"),
            Throws.InstanceOf<StoreUnavailableException>()
                .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).False);
        Assert.That(() => store.Find("key"), Throws.InstanceOf<StoreUnavailableException>());
        Assert.That(await server.CurrentRevision(), Is.EqualTo(1));
    }

    private static EtcdOptions AsRoot(EtcdServer server, string password) =>
        new() { Endpoints = [server.ClientUri], Username = "root", Password = password };

    // etcd keeps its tokens only in memory: the first call that reaches it after a restart has a void token.
    // Calls that do not reach it, because the channel still uses the old connection, are repeated.
    private static async Task OnceConnected(Func<Task> call)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreUnavailableException error)
                when (attempt < 100 && error.InnerException is RpcException { StatusCode: StatusCode.Unavailable })
            {
                await Task.Delay(20);
            }
        }
    }
}
