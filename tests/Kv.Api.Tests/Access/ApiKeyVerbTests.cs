using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>The command line creates and revokes API keys before any caller can do so through the API.</summary>
internal sealed class ApiKeyVerbTests
{
    [Test]
    public async Task The_first_key_is_created_before_the_start()
    {
        using var data = new TemporaryDirectory();
        (string, string)[] store = [("STORE", "embedded"), ("DATA_DIR", data.Path)];

        var admin = await KvProcess.Run(["apikey", "create", "--admin", "--name", "first"], store);
        var reader = await KvProcess.Run(
            ["apikey", "create", "--namespace", "process", "--app=tests", "--prefix", "in:", "--verbs", "read,write",
                "--expires", "1d"], store);
        var hooker = await KvProcess.Run(
            ["apikey", "create", "--namespace", "process", "--app", "tests", "--verbs", "webhooks"], store);

        Assert.That((admin.ExitCode, reader.ExitCode), Is.EqualTo((0, 0)), admin.Error + reader.Error);
        Assert.That(admin.Output.Trim(), Does.Match("^kv_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$"));
        Assert.That(
            admin.Error, Does.Contain("administrator").And.Contain("first").And.Not.Contain(admin.Output.Trim()));
        await using (var kv = KvProcess.Start([.. store, ("AUTH", "apikey")]))
        {
            Assert.That((await (await Client(kv, admin.Output)).Put("k", "v")).Status, Is.EqualTo(200));
            var narrow = await Client(kv, reader.Output);
            Assert.That((await narrow.Put("in:k", "v")).Status, Is.EqualTo(200));
            Assert.That((await narrow.Put("out:k", "v")).Status, Is.EqualTo(403));
            Assert.That(
                (await (await Client(kv, hooker.Output)).Send(
                    HttpMethod.Post, "/webhooks", """{"key":"k","event":"*","endpoint":"https://example.com/"}""")).Status,
                Is.EqualTo(201));

            var locked = await KvProcess.Run(["apikey", "list"], store);
            Assert.That(locked.ExitCode, Is.EqualTo(1));
            Assert.That(locked.Error, Does.Contain("POST /admin/apikeys").And.Not.Contain("   at "));
            await kv.Terminate();
        }

        var listed = await KvProcess.Run(["apikey", "list"], store);
        var id = reader.Output.Split('_')[1];
        Assert.That(listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(3));
        Assert.That(listed.Output, Does.Contain($"{id}  process/tests 'in:*' read,write  expires 20"));
        Assert.That((await KvProcess.Run(["apikey", "revoke", id], store)).ExitCode, Is.Zero);
        Assert.That((await KvProcess.Run(["apikey", "revoke", id], store)).ExitCode, Is.EqualTo(1));
        Assert.That((await KvProcess.Run(["apikey", "list"], store)).Output, Does.Not.Contain(id));
        var left = await KvProcess.Run(["apikey", "revoke", hooker.Output.Split('_')[1]], store);
        Assert.That(
            left.Error,
            Does.Contain("stay active without --disable-webhooks").And.Contain("  active  https://example.com/"));
        var disabled = await KvProcess.Run(
            ["apikey", "revoke", hooker.Output.Split('_')[1], "--disable-webhooks"], store);
        Assert.That(disabled.ExitCode, Is.Zero, disabled.Error);
        Assert.That(disabled.Error, Does.Contain("  disabled  https://example.com/"));
    }

    [Test]
    public async Task Over_etcd_a_key_can_be_created_while_Kv_runs()
    {
        var etcd = (await SharedEtcd.Get()).Endpoint;
        (string, string)[] store =
            [("STORE", "etcd"), ("ETCD_ENDPOINTS", etcd), ("BASE_KEY_PREFIX", KvHost.Unique("verb/"))];
        await using var kv = KvProcess.Start([.. store, ("AUTH", "apikey")]);
        Assert.That((await (await kv.Client()).Get("k")).Status, Is.EqualTo(401));

        var made = await KvProcess.Run(["apikey", "create", "--admin"], store);

        var client = await Client(kv, made.Output);
        await Eventually.Holds(async () => (await client.Get("k")).Status == 404, "the key is accepted");
    }

    [TestCase("apikey")]
    [TestCase("apikey", "delete")]
    [TestCase("apikey", "create", "--namespace")]
    [TestCase("apikey", "create", "--tenant", "a")]
    [TestCase("apikey", "create", "--admin", "--admin", "x")]
    [TestCase("apikey", "create", "--admin", "--expires", "soon")]
    [TestCase("apikey", "revoke")]
    [TestCase("apikey", "list", "all")]
    public async Task A_wrong_command_is_answered_with_the_possible_ones(params string[] arguments)
    {
        var (exitCode, output, error) = await KvProcess.Run(
            arguments, ("STORE", "embedded"), ("DATA_DIR", "/dev/null/never"));

        Assert.That(exitCode, Is.EqualTo(2), error);
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain("Usage:").And.Contain("Kv.Api apikey"));
    }

    [Test]
    public async Task An_invalid_scope_is_reported()
    {
        using var data = new TemporaryDirectory();

        var (exitCode, output, error) = await KvProcess.Run(
            ["apikey", "create", "--namespace", "a/b", "--verbs", "own"], ("STORE", "embedded"),
                ("DATA_DIR", data.Path));

        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(output, Is.Empty);
        Assert.That(
            error, Does.Contain("Namespace must be '*', or without").And.Contain("App must not be empty")
                .And.Contain("Verbs must be some of"));
    }

    private static async Task<KvClient> Client(KvProcess kv, string key) =>
        new(
            new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = await kv.Address() }, "process",
            "tests")
        {
            Credential = key.Trim(),
        };
}
