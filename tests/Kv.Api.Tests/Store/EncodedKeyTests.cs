using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>
/// Keys under names that simple-golang-kv took from paths undecoded, laid out in etcd as it lays them out.
/// </summary>
internal sealed class EncodedKeyTests
{
    private EtcdServer _etcd = null!;
    private KvHost _host = null!;
    private KvClient _kv = null!;

    [SetUp]
    public async Task Start()
    {
        RequiresEtcd.Check();
        _etcd = await SharedEtcd.Get();
        _host = await KvHost.Start(Engine.Etcd, ("COMPAT_ENCODED_KEYS", "true"));
        _kv = _host.NewTenant();
    }

    [TearDown]
    public async Task Stop()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Test]
    public async Task With_the_setting_calls_find_keys_under_encoded_names()
    {
        await Store("user%3A42", "old");

        Assert.That(await Value("/kv/user%3A42"), Is.EqualTo("old"));
        Assert.That(await Value("/kv/user%3a42"), Is.Null, "another spelling was another key");
        Assert.That(await Value("/kv/user:42"), Is.Null);
        Assert.That((await _kv.Send(HttpMethod.Get, "/kv/user%3A*")).Json.GetArrayLength(), Is.EqualTo(1));
        Assert.That((await _kv.Send(HttpMethod.Get, "/history/user%3A42")).Status, Is.EqualTo(200));

        Assert.That((await _kv.Send(HttpMethod.Put, "/kv/user%3A42", """{"value":"new"}""")).Json.GetProperty("key").GetString(), Is.EqualTo("user%3A42"));
        Assert.That((await _kv.Send(HttpMethod.Patch, "/kv/user%3A42", """{"ttl":600}""")).Status, Is.EqualTo(200));
        Assert.That((await Stored("user%3A42"), await Stored("user:42")), Is.EqualTo(("new", (string?)null)));

        Assert.That((await _kv.Send(HttpMethod.Delete, "/kv/user%3A42")).Status, Is.EqualTo(204));
        Assert.That(await Stored("user%3A42"), Is.Null);
        await _kv.Send(HttpMethod.Put, "/kv/user%3A42", """{"value":"decoded"}""");
        Assert.That((await Stored("user%3A42"), await Stored("user:42")), Is.EqualTo(((string?)null, "decoded")));
    }

    [Test]
    public async Task The_decoded_name_takes_precedence()
    {
        await Store("user%3A42", "undecoded");
        await Store("user:42", "decoded");

        Assert.That(await Value("/kv/user%3A42"), Is.EqualTo("decoded"));
        Assert.That((await _kv.Send(HttpMethod.Delete, "/kv/user%3A42")).Status, Is.EqualTo(204));
        Assert.That((await Stored("user%3A42"), await Stored("user:42")), Is.EqualTo(("undecoded", (string?)null)));
    }

    [Test]
    public async Task The_command_renames_keys_with_their_attributes_and_overwrites_none()
    {
        await Store("user%3A42", "Ada", await EtcdKeys.Grant(_etcd, 600));
        await Store("taken%3A1", "undecoded");
        await Store("taken:1", "decoded");
        await Store("a%2A%3A*", "no name");
        await Store("100%25", "literally so");
        await Store("twice%253A%3A", "once");

        var dry = await Run("keys", "decode", "--dry-run");
        var before = await Stored("user%3A42");
        var real = await Run("keys", "decode");

        Assert.That((dry.ExitCode, real.ExitCode), Is.EqualTo((1, 1)), dry.Error + real.Error);
        Assert.That(real.Output, Is.EqualTo(dry.Output));
        Assert.That(before, Is.EqualTo("Ada"));
        var lines = real.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.That(
            lines.Select(
                line =>
                    (line.GetProperty("from").GetString(), line.GetProperty("to")
                        .GetString(), line.TryGetProperty("refused", out _))),
            Is.EquivalentTo(new[]
            {
                ("user%3A42", "user:42", false), ("taken%3A1", "taken:1", true), ("a%2A%3A*", "a*:*", true),
                ("twice%253A%3A", "twice%3A:", false),
            }));
        Assert.That(real.Error, Does.Contain("Renamed 2 keys; 2 cannot"));
        Assert.That((await Stored("user%3A42"), await Stored("user:42")), Is.EqualTo(((string?)null, "Ada")));
        Assert.That((await _kv.Get("user:42")).Json.GetProperty("ttl").GetInt64(), Is.InRange(500, 600));
        Assert.That((await Stored("taken%3A1"), await Stored("taken:1")), Is.EqualTo(("undecoded", "decoded")));
        Assert.That((await Stored("100%25"), await Stored("a%2A%3A*")), Is.EqualTo(("literally so", "no name")));
    }

    [Test]
    public async Task The_command_prints_its_usage()
    {
        foreach (var arguments in new string[][] { ["keys"], ["keys", "encode"], ["keys", "decode", "--dry"] })
        {
            var run = await Run(arguments);
            Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
            Assert.That(run.Error, Does.Contain("Kv.Api keys"));
        }
    }

    private Task Store(string name, string value, long lease = 0) =>
        EtcdKeys.Put(_etcd, EtcdKeys.Of(_host, _kv, name), System.Text.Encoding.UTF8.GetBytes(value), lease);

    private async Task<string?> Stored(string name) =>
        await EtcdKeys.Get(_etcd, EtcdKeys.Of(_host, _kv, name)) is { } entry
            ? System.Text.Encoding.UTF8.GetString(entry.Value)
            : null;

    private async Task<string?> Value(string path) =>
        await _kv.Send(HttpMethod.Get, path) is { Status: 200 } answer
            ? answer.Json.GetProperty("value").GetString()
            : null;

    private Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments) => KvProcess.Run(
        arguments, ("STORE", "etcd"), ("ETCD_ENDPOINTS", _etcd.Endpoint), ("BASE_KEY_PREFIX", _host.KeyPrefix));
}
