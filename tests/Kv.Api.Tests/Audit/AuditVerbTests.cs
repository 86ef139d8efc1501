using Kv.Api.Tests.Hosting;
using Kv.Testing;
using static Kv.Api.Tests.Audit.AuditLines;

namespace Kv.Api.Tests.Audit;

/// <summary>The store's records include the changes of the command line.</summary>
internal sealed class AuditVerbTests
{
    [Test]
    public async Task The_creator_of_a_key_at_the_command_line_is_read_over_HTTP()
    {
        using var data = new TemporaryDirectory();
        (string, string)[] store =
            [("STORE", "embedded"), ("DATA_DIR", data.Path), ("AUDIT", "store"), ("LOG_FORMAT", "json")];
        var made = await KvProcess.Run(["apikey", "create", "--admin"], store);
        var id = made.Output.Split('_')[1];
        await using var kv = KvProcess.Start([.. store, ("AUTH", "apikey")]);

        var administrator = new KvClient(await kv.Http(), "n", "a") { Credential = made.Output.Trim() };
        var records = await administrator.DeploymentTrail();
        Assert.That(records.Changes(), Is.EqualTo(new[] { $"create_api_key {id}" }));
        Assert.That(records[0].Text("actor"), Is.EqualTo($"cli:{Environment.UserName}@{Environment.MachineName}"));
        Assert.That(records[0].TryGetProperty("address", out _), Is.False);
        Assert.That(Of(made.Error), Has.Length.EqualTo(1), "the log has it too");
    }
}
