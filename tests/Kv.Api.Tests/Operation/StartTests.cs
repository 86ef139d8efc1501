using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Operation;

internal sealed class StartTests
{
    [Test]
    public async Task One_line_names_the_address_the_store_and_Swagger_UI()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));

        var line = await kv.Started();
        var address = (await kv.Address()).GetLeftPart(UriPartial.Authority);

        // The watcher tells of the lead when it gets it: before that line or behind it.
        await Eventually.Holds(() => kv.Output.Contains("The watch begins", StringComparison.Ordinal), "it leads");

        Assert.That(line, Does.Contain($"the embedded store in {data.Path}").And.Contain($"{address}/swagger"));
        Assert.That(
            kv.Output.Trim().Split('\n').Where(told => !told.Contains(": Kv.Infrastructure.Watching.", StringComparison.Ordinal)),
            Is.EqualTo(new[] { line }), kv.Output);
        Assert.That(kv.Error, Is.Empty);
    }

    [Test]
    public async Task Without_a_store_named_it_is_etcd_on_localhost()
    {
        await using var kv = KvProcess.Start();

        Assert.That(await kv.Started(), Does.Contain("etcd at http://localhost:2379"));
    }

    [Test]
    public async Task The_line_names_every_endpoint_and_no_password()
    {
        await using var kv = KvProcess.Start(
            ("ETCD_ENDPOINTS", "10.0.0.1:1,10.0.0.2:2"), ("ETCD_USERNAME", "kv"), ("ETCD_PASSWORD", "hunter2"));

        Assert.That(await kv.Started(), Does.Contain("http://10.0.0.1:1,http://10.0.0.2:2"));
        Assert.That(kv.Output + kv.Error, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task A_port_that_is_taken_ends_the_start_with_a_clear_word()
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        using var data = new TemporaryDirectory();

        var (exitCode, output, error) = await KvProcess.Run(
            [], ("STORE", "embedded"), ("DATA_DIR", data.Path), ("PORT", $"{host.Address.Port}"));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain($"{host.Address.Port}").And.Contain("in use"));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }

    [Test]
    public async Task An_address_of_another_machine_ends_the_start_with_a_clear_word()
    {
        using var data = new TemporaryDirectory();

        // From a range that is kept for documentation (RFC 5737).
        var (exitCode, output, error) = await KvProcess.Run(
            [], ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", "192.0.2.1"));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain("LISTEN_ADDRESS"));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }

    [Test]
    public async Task A_log_level_that_there_is_not_ends_the_start_with_a_clear_word()
    {
        using var data = new TemporaryDirectory();

        var (exitCode, output, error) = await KvProcess.Run(
            [], ("STORE", "embedded"), ("DATA_DIR", data.Path), ("Logging__LogLevel__Default", "Loud"));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: Logging__LogLevel__Default is 'Loud'").And.Contain("Warning"));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }

    [Test]
    public async Task A_second_process_on_one_data_directory_is_told_so()
    {
        using var data = new TemporaryDirectory();
        await using var first = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));
        await first.Started();

        var (exitCode, output, error) = await KvProcess.Run([], ("STORE", "embedded"), ("DATA_DIR", data.Path));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain(data.Path));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
        Assert.That((await (await first.Client()).Put("k", "v")).Status, Is.EqualTo(200), "the first goes on");
    }

    [Test]
    public async Task A_data_directory_that_cannot_be_made_is_told()
    {
        using var data = new TemporaryDirectory();
        await File.WriteAllTextAsync(data.File("file"), "");

        var (exitCode, output, error) = await KvProcess.Run([], ("STORE", "embedded"), ("DATA_DIR", data.File("file")));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain(data.File("file")));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }
}
