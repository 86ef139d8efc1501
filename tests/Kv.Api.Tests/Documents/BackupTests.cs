using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// The commands of "Backup and restore" in docs/operations.md, run as they stand there, while Kv runs.
/// </summary>
[CancelAfter(180_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed partial class BackupTests
{
    private static readonly string[] Etcd = Blocks("etcd");
    private static readonly string[] Embedded = Blocks("The embedded engine");

    private readonly TemporaryDirectory _files = new();

    [TearDown]
    public void Delete() => _files.Dispose();

    [Test]
    public async Task The_documented_commands_restore_an_etcd_cluster()
    {
        Assert.That(Etcd, Has.Length.EqualTo(4));
        var (variables, save, restore, look) = (Etcd[0], Etcd[1], Etcd[2], Etcd[3]);
        await using var cluster = await EtcdCluster.StartAsync();
        await using var kv = KvProcess.Start(("ETCD_ENDPOINTS", string.Join(',', cluster.Endpoints)));
        var client = await kv.Client();
        await client.Put("k", "kept");
        await Run(variables + save, Variables(cluster, cluster.Members[0]));
        var lost = (await client.Put("k", "lost")).Header("KV-Revision");

        foreach (var member in cluster.Members)
            member.Kill();
        foreach (var member in cluster.Members)
            await Run(variables + Fitting(restore), Variables(cluster, member));
        await EtcdCluster.Restart(cluster.Members);
        await Eventually.Holds(async () => (await client.Get("k")).Status == 200, "it answers");

        var found = await client.Get("k");
        Assert.That(found.Json.GetProperty("value").GetString(), Is.EqualTo("kept"));
        await Run(
            variables + look,
            [.. Variables(cluster, cluster.Members[0]), ("KV", (await kv.Address()).ToString().TrimEnd('/'))]);
        await Eventually.Holds(
            () => kv.Output.Contains("etcd was restored from a backup", StringComparison.Ordinal), "its log says so");
        if (!EtcdBackup.CanBumpRevision)
            return;
        Assert.That(long.Parse(found.Header("KV-Revision")!, null), Is.GreaterThan(1_000_000_000));
        Expect.Problem(await client.Send(HttpMethod.Get, $"/watch?since={lost}"), 410, "Revision compacted");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_documented_commands_restore_an_embedded_store(bool runsMeanwhile)
    {
        Assert.That(Embedded, Has.Length.EqualTo(3));
        var (variables, save, restore) = (Embedded[0], Embedded[1], Embedded[2]);
        // Without the tool the test is skipped.
        await using var tool = ExampleProcess.Start("sqlite3", "--version");
        (string, string)[] settings = [("STORE", "embedded"), ("DATA_DIR", _files.File("data"))];
        await using var receiver = WebhookReceiver.Start();
        await using (var before = KvProcess.Start(settings))
        {
            var client = await before.Client();
            await client.Send(HttpMethod.Post, "/webhooks", $$"""{"key":"*","event":"*","endpoint":"{{receiver.Uri}}","add_event_data":true}""");
            await client.Put("k", "kept");
            await Eventually.Holds(() => receiver.RequestCount == 1, "the webhook is called");
            if (runsMeanwhile)
                await Run(variables + save, settings);
            Assert.That(await before.Terminate(), Is.Zero);
            if (!runsMeanwhile)
                await Run(variables + save, settings);
        }
        long lost;
        await using (var meanwhile = KvProcess.Start(settings))
        {
            var client = await meanwhile.Client();
            for (var i = 0; i < 20; i++)
                await client.Put("lost", $"{i}");
            lost = long.Parse((await client.Put("k", "lost")).Header("KV-Revision")!, null);
            // Its log stays behind, with changes that must not come back.
            await meanwhile.Kill();
        }

        await Run(variables + restore, settings);

        await using var after = KvProcess.Start(settings);
        var kv = await after.Client();
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("kept"));
        Assert.That((await kv.Get("lost")).Status, Is.EqualTo(404));
        Expect.Problem(await kv.Send(HttpMethod.Get, $"/watch?since={lost}"), 400, "Revision in the future", "since");
        receiver.Clear();
        await kv.Put("new", "v");
        await Eventually.Holds(
            () => receiver.Requests.Any(request => request.Text.Contains("\"key\":\"new\"", StringComparison.Ordinal)),
            "the webhook is called");
    }

    private static (string, string)[] Variables(EtcdCluster cluster, EtcdServer member) =>
    [
        ("ENDPOINT", member.Endpoint), ("DATA", member.DataDirectory), ("NAME", member.Name),
        ("PEER", member.PeerUri.GetLeftPart(UriPartial.Authority)),
        ("CLUSTER", string.Join(',', cluster.Members.Select(one => one.Membership))),
    ];

    // With older tools, as the text says.
    private static string Fitting(string restore) => EtcdBackup.CanBumpRevision
        ? restore
        : string.Join(
            '\n', restore.Replace("etcdutl", "etcdctl", StringComparison.Ordinal).Split('\n')
                .Where(line => !line.Contains("--bump-revision", StringComparison.Ordinal)));

    private async Task Run(string script, params (string Name, string Value)[] variables)
    {
        var exports = string.Concat(variables.Select(variable => $"export {variable.Name}='{variable.Value}'\n"));
        var tools = Path.GetDirectoryName(RequiresEtcd.Check());
        await using var bash = ExampleProcess.Start(
            "bash", "-c",
            $"set -euo pipefail\nexport PATH='{tools}':$PATH NO_PROXY='*'\ncd '{_files.Path}'\n{exports}{script}");
        Assert.That(await bash.Ended(), Is.Zero, $"{script}\n{bash.Output}");
    }

    private static string[] Blocks(string title)
    {
        var document = File.ReadAllText(Path.Combine(ExampleProcess.Root(), "docs", "operations.md"));
        var section = document[document.IndexOf("## Backup and restore", StringComparison.Ordinal)..];
        section = section[section.IndexOf($"### {title}\n", StringComparison.Ordinal)..];
        var end = Heading().Match(section, 4);
        return [
            .. Block().Matches(end.Success ? section[..end.Index] : section).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("^ *```sh\n(.*?)^ *```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("^##", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
