using System.Text.Json;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Testing;

/// <summary>The etcd server of the tests itself.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class EtcdServerTests
{
    private static readonly object Put = new { key = "a2V5", value = "dmFsdWU=" };
    private static readonly object Get = new { key = "a2V5" };

    [Test]
    public async Task A_killed_server_keeps_its_data_and_its_address()
    {
        await using var server = await EtcdServer.StartAsync();
        await server.Call("kv/put", Put);
        var endpoint = server.Endpoint;

        server.Kill();
        Assert.That(server.IsRunning, Is.False);
        await server.Restart();

        Assert.That(server.Endpoint, Is.EqualTo(endpoint));
        Assert.That(Value(await server.Call("kv/range", Get)), Is.EqualTo("dmFsdWU="));
    }

    [Test]
    public async Task A_paused_server_answers_when_it_resumes()
    {
        await using var server = await EtcdServer.StartAsync();

        server.Pause();
        var put = server.Call("kv/put", Put);
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(300) };
        Assert.That(
            () => http.GetAsync(new Uri(server.ClientUri, "/health")),
            Throws.InstanceOf<TaskCanceledException>());
        Assert.That(put.IsCompleted, Is.False);
        server.Resume();

        await put;
        Assert.That(await server.CurrentRevision(), Is.EqualTo(2));
    }

    [Test]
    public async Task Compaction_forgets_earlier_revisions()
    {
        await using var server = await EtcdServer.StartAsync();
        for (var i = 0; i < 3; i++)
            await server.Call("kv/put", Put);

        await server.Compact(3);

        Assert.That(
            () => server.Call("kv/range", new { key = "a2V5", revision = 2 }),
            Throws.InvalidOperationException.With.Message.Contains("compacted"));
        Assert.That(
            Value(await server.Call("kv/range", new { key = "a2V5", revision = 3 })),
            Is.EqualTo("dmFsdWU="));
    }

    [Test]
    public async Task With_certificates_only_clients_that_have_one_are_accepted()
    {
        using var certificates = TestCertificates.Create();
        await using var server = await EtcdServer.StartAsync(new() { Certificates = certificates });
        using var stranger = new HttpClient();

        await server.Call("kv/put", Put);

        Assert.That(server.ClientUri.Scheme, Is.EqualTo("https"));
        Assert.That(
            () => stranger.GetAsync(new Uri(server.ClientUri, "/health")),
            Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task With_authentication_only_its_users_are_accepted()
    {
        await using var server = await EtcdServer.StartAsync();
        using var stranger = new HttpClient();

        await server.EnableAuthentication("secret");
        await server.Call("kv/put", Put);
        using var refused = await stranger.PostAsync(
            new Uri(server.ClientUri, "/v3/kv/range"),
            new StringContent(JsonSerializer.Serialize(Get)));

        Assert.That(refused.IsSuccessStatusCode, Is.False);
    }

    [Test]
    public async Task Extra_arguments_reach_the_server()
    {
        await using var server = await EtcdServer.StartAsync(new() { Arguments = ["--max-txn-ops=1"] });
        var twice = new { success = new[] { new { request_range = Get }, new { request_range = Get } } };

        Assert.That(
            () => server.Call("kv/txn", twice),
            Throws.InvalidOperationException.With.Message.Contains("too many operations"));
    }

    [Test]
    public async Task A_cluster_survives_the_loss_of_its_leader()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await Eventually.Holds(async () => await cluster.Leader() is not null, "the cluster has a leader");
        var leader = (await cluster.Leader())!;

        leader.Kill();
        var survivor = cluster.Members.First(member => member.IsRunning);
        await Eventually.Holds(
            async () => (await survivor.Call("kv/put", Put)).TryGetProperty("header", out _),
            "the two others elect a leader and take a write");
        await leader.Restart();

        await Eventually.Holds(
            async () => Value(await leader.Call("kv/range", Get)) == "dmFsdWU=",
            "the old leader catches up");
        Assert.That(cluster.Endpoints, Has.Count.EqualTo(3).And.Unique);
    }

    private static string? Value(JsonElement range) => range.GetProperty("kvs")[0].GetProperty("value").GetString();
}
