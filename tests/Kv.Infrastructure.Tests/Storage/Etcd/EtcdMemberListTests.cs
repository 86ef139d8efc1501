using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>The cluster's servers, of which the configuration may name one.</summary>
internal sealed class EtcdMemberListTests
{
    [Test]
    public async Task Every_member_is_listed_with_its_client_and_its_peer_address()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var store = new EtcdStore(
            new EtcdOptions { Endpoints = [cluster.ClientUris[0]] }, EtcdStores.Everything, _ => "",
            TimeProvider.System, Meters.Factory, NullLoggerFactory.Instance);

        var servers = (await store.Servers(CancellationToken.None)).Select(uri => uri.Authority).ToList();

        Assert.That(servers, Is.SupersetOf(cluster.Endpoints));
        Assert.That(servers, Is.SupersetOf(cluster.PeerEndpoints));
    }

    [Test]
    public async Task A_cluster_with_a_password_lists_its_members_for_the_user()
    {
        await using var server = await EtcdServer.StartAsync();
        await server.EnableAuthentication("secret");
        await using var store = new EtcdStore(
            new EtcdOptions { Endpoints = [server.ClientUri], Username = "root", Password = "secret" },
            EtcdStores.Everything, _ => "", TimeProvider.System, Meters.Factory, NullLoggerFactory.Instance);

        Assert.That(
            (await store.Servers(CancellationToken.None)).Select(uri => uri.Authority),
            Has.Some.EqualTo(server.Endpoint));
    }
}
