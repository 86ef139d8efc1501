using System.Runtime.Versioning;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

internal sealed class StartTests
{
    [Test]
    public async Task The_first_lines_name_the_address_the_store_Swagger_UI_and_the_console()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));

        var line = await kv.Started();
        var address = (await kv.Address()).GetLeftPart(UriPartial.Authority);

        // The watcher logs the lead when it gets it, before or after that line.
        await Eventually.Holds(() => kv.Output.Contains("The watch begins", StringComparison.Ordinal), "it leads");

        Assert.That(line, Does.Contain($"the embedded store in {data.Path}").And.Contain($"{address}/swagger"));
        var others = kv.Output.Trim().Split('\n')
            .Where(
                seen => !seen.Contains(": Kv.Infrastructure.Dispatching.", StringComparison.Ordinal) && seen != line);
        Assert.That(others.First(), Does.Contain($"The console is at {address}/console"));
        Assert.That(
            others.Skip(1).Single(),
            Does.Contain("AUTH is none, AUDIT is off, WEBHOOK_TARGETS is private").And.Contain("any number of keys"),
            kv.Output);
        Assert.That(kv.Error, Is.Empty);
    }

    [TestCase("JWT_AUDIENCE", "kv", "AUTH=jwt")]
    [TestCase("ETCD_ENDPOINTS", "etcd:2379", "STORE=etcd")]
    [TestCase("HTTP2_PORT", "8082", "HTTP2_CLEARTEXT=true")]
    [TestCase("ETCD_QUOTA_BACKEND_BYTES", "1000000", "STORE=etcd")]
    [TestCase("WEBHOOK_TARGETS_ALLOW", "10.0.0.0/8", "WEBHOOK_TARGETS=public")]
    [TestCase("TLS_RELOAD_SECONDS", "5", "TLS_CERT_FILE or ETCD_CA_FILE or ETCD_CERT_FILE or JWT_KEY_FILE")]
    [TestCase("MAX_STREAMS_PER_CONNECTION", "5", "TLS_CERT_FILE or HTTP2_CLEARTEXT=true")]
    [TestCase(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317", "OTEL_SDK_DISABLED=false", "OTEL_SDK_DISABLED", "true")]
    [TestCase(
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://collector:4317", "OTEL_LOGS_EXPORTER=otlp",
        "OTEL_LOGS_EXPORTER", "none")]
    public async Task A_setting_without_effect_is_logged_with_the_setting_that_it_needs(
        string name, string value, string needed, string other = "AUTH", string set = "none")
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), (name, value), (other, set));

        await kv.Started();

        Assert.That(kv.Output, Does.Contain($"{name} has no effect: it needs {needed}"));
    }

    [TestCase("*", "none", true)]
    [TestCase("localhost", "none", false)]
    [TestCase("*", "apikey", false)]
    public async Task An_open_port_without_credentials_is_logged(string address, string auth, bool isLogged)
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("LISTEN_ADDRESS", address), ("AUTH", auth));

        await kv.Started();

        Assert.That(
            kv.Output.Contains("AUTH is none and LISTEN_ADDRESS is not loopback", StringComparison.Ordinal),
            Is.EqualTo(isLogged));
    }

    [TestCase("none", "0", true)]
    [TestCase("none", "100", false)]
    [TestCase("apikey", "0", false)]
    public async Task A_rate_limit_that_new_tenant_names_evade_is_logged(string auth, string perAddress, bool isLogged)
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("AUTH", auth), ("RATE_LIMIT_PER_SECOND", "100"),
            ("RATE_LIMIT_PER_ADDRESS", perAddress));

        await kv.Started();

        Assert.That(
            kv.Output.Contains("AUTH is none and RATE_LIMIT_PER_ADDRESS is not set", StringComparison.Ordinal),
            Is.EqualTo(isLogged));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public async Task Other_users_cannot_read_the_files_of_the_embedded_store()
    {
        using var parent = new TemporaryDirectory();
        var data = parent.File("data");
        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data));
        var client = new KvClient(await kv.Http(), null, null);
        await client.Put("k", "v");

        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        const UnixFileMode group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        Assert.That(File.GetUnixFileMode(data) & (others | group), Is.EqualTo(UnixFileMode.None), "the directory");
        foreach (var file in Directory.GetFiles(data, "kv.db*"))
            Assert.That(File.GetUnixFileMode(file) & (others | group), Is.EqualTo(UnixFileMode.None), file);
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public async Task The_start_closes_files_that_an_older_version_left_open_to_other_users()
    {
        using var data = new TemporaryDirectory();
        await using (var first = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path)))
        {
            await first.Started();
            await first.Terminate();
        }
        const UnixFileMode open =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(data.File("kv.db"), open);

        await using var kv = KvProcess.Start(("STORE", "embedded"), ("DATA_DIR", data.Path));
        await kv.Started();

        Assert.That(File.GetUnixFileMode(data.File("kv.db")), Is.EqualTo(open & ~UnixFileMode.OtherRead));
    }

    [Test]
    public async Task The_default_store_is_etcd_on_localhost()
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
    public async Task A_port_in_use_ends_the_start_with_a_clear_error([Values("0", "1000")] string quota)
    {
        var host = await SharedHosts.Get(Engine.Embedded);
        using var data = new TemporaryDirectory();

        var (exitCode, output, error) = await KvProcess.Run(
            [], ("STORE", "embedded"), ("DATA_DIR", data.Path), ("PORT", $"{host.Address.Port}"),
                ("QUOTA_KEYS", quota));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(
            error, Does.StartWith("Kv cannot start: ").And.Contain($"{host.Address.Port}").And.Contain("in use"));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }

    [Test]
    public async Task An_address_of_another_machine_ends_the_start_with_a_clear_error()
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
    public async Task An_unknown_log_level_ends_the_start_with_a_clear_error()
    {
        using var data = new TemporaryDirectory();

        var (exitCode, output, error) = await KvProcess.Run(
            [], ("STORE", "embedded"), ("DATA_DIR", data.Path), ("Logging__LogLevel__Default", "Loud"));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(
            error, Does.StartWith("Kv cannot start: Logging__LogLevel__Default is 'Loud'").And.Contain("Warning"));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }

    [Test]
    public async Task A_second_process_on_one_data_directory_gets_a_clear_error()
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
    public async Task A_data_directory_that_cannot_be_created_gets_a_clear_error()
    {
        using var data = new TemporaryDirectory();
        await File.WriteAllTextAsync(data.File("file"), "");

        var (exitCode, output, error) = await KvProcess.Run([], ("STORE", "embedded"), ("DATA_DIR", data.File("file")));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain(data.File("file")));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }
}
