using Kv.Api.Tests.Hosting;
using Kv.Domain;
using Kv.Testing;

namespace Kv.Api.Tests.Configuration;

/// <summary>
/// An invalid setting stops the start. The error names the setting, its value and the allowed values.
/// </summary>
internal sealed class ConfigurationTests
{
    [TestCase("PORT", "http", "0 to 65535")]
    [TestCase("PORT", "65536", "0 to 65535")]
    [TestCase("LISTEN_ADDRESS", "everywhere", "an IP address")]
    [TestCase("SHUTDOWN_DRAIN_SECONDS", "301", "0 to 300")]
    [TestCase("AUTH", "basic", "none, apikey or jwt")]
    [TestCase("TRUSTED_PROXIES", "gateway", "networks or addresses")]
    [TestCase("TRUSTED_PROXIES", "10.0.0.0/33", "networks or addresses")]
    [TestCase("ALLOWED_HOSTS", "kv.example:8080", "without ports")]
    [TestCase("PATH_BASE", "kv-service", "a path as in '/kv-service'")]
    [TestCase("PATH_BASE", "/kv-service/", "a path as in '/kv-service'")]
    [TestCase("PATH_BASE", "/a//b", "a path as in '/kv-service'")]
    [TestCase("PATH_BASE", "/a/..", "a path as in '/kv-service'")]
    [TestCase("PATH_BASE", "/a b", "a path as in '/kv-service'")]
    [TestCase("PATH_BASE", "/kv", "must not begin with /kv")]
    [TestCase("PATH_BASE", "/webhooks/v1", "must not begin with /kv")]
    [TestCase("RATE_LIMIT_PER_SECOND", "-1", "0 to 1000000")]
    [TestCase("RATE_LIMIT_BURST", "10", "0 when RATE_LIMIT_PER_SECOND is 0")]
    [TestCase("QUOTA_KEYS", "-1", "0 to 1099511627776")]
    [TestCase("QUOTA_BYTES", "1GB", "0 to 1125899906842624")]
    [TestCase("MAX_CONNECTIONS", "-1", "0 to 1000000")]
    [TestCase("MAX_STREAMS_PER_CONNECTION", "0", "1 to 10000")]
    [TestCase("MAX_WATCHES", "0", "1 to 1000000")]
    [TestCase("RATE_LIMIT_PER_ADDRESS", "-1", "0 to 1000000")]
    [TestCase("MAX_RESULT_BYTES", "1048575", "1048576 to 1073741824")]
    [TestCase("MAX_UNSENT_BYTES", "16777215", "16777216 to 1099511627776")]
    [TestCase("ANSWER_STALL_SECONDS", "0", "1 to 600")]
    [TestCase("KEEP_ALIVE_TIMEOUT_SECONDS", "0", "1 to 3600")]
    [TestCase("REQUEST_HEADERS_TIMEOUT_SECONDS", "301", "1 to 300")]
    [TestCase("MIN_BODY_BYTES_PER_SECOND", "fast", "0 to 1000000")]
    [TestCase("STORE", "redis", "etcd or embedded")]
    [TestCase("STORE_TIMEOUT_SECONDS", "0", "1 to 60")]
    [TestCase("NEAR_CACHE_BYTES", "-1", "0 to 1099511627776")]
    [TestCase("MAX_PAST_REVISIONS", "999", "1000 to 100000000")]
    [TestCase("HISTORY_REVISIONS", "1", "1000 to 1000000000")]
    [TestCase("BASE_KEY_PREFIX", "/kvstore/", "without '/' at its ends")]
    [TestCase("HEADER_NAMESPACE", "KV Namespace", "a header name")]
    [TestCase("HEADER_APPNAME", "KV:App", "a header name")]
    [TestCase("HEADER_NAMESPACE", "authorization", "without another meaning for Kv")]
    [TestCase("HEADER_NAMESPACE", "Cookie", "without another meaning for Kv")]
    [TestCase("HEADER_APPNAME", "KV-Min-Revision", "without another meaning for Kv")]
    [TestCase("HEADER_APPNAME", "X-API-Key", "without another meaning for Kv")]
    [TestCase("HEADER_APPNAME", "Content-Type", "without another meaning for Kv")]
    [TestCase("HEADER_APPNAME", "KV-Namespace", "another header than HEADER_NAMESPACE")]
    [TestCase("DEFAULT_NAMESPACE", "a/b", "without '/', '*'")]
    [TestCase("DEFAULT_NAMESPACE", "abcdefghijklmnopqrstuvwxyz", "at most 25 characters")]
    [TestCase("DEFAULT_APPNAME", "*", "without '/', '*'")]
    [TestCase("COMPAT_ENCODED_KEYS", "yes", "true or false")]
    [TestCase("DEFAULT_TTL_SECONDS", "-1", "0 to 31536000")]
    [TestCase("DEFAULT_TTL_SECONDS", "1.5", "0 to 31536000")]
    [TestCase("MAX_NAMESPACE_LEN", "0", "1 to 1024")]
    [TestCase("MAX_APPNAME_LEN", "many", "1 to 1024")]
    [TestCase("MAX_KEY_LEN", "9223372036854775808", "1 to 4096")]
    [TestCase("MAX_VALUE_SIZE", "1MB", "0 to 16777216")]
    [TestCase("MAX_TTL_SECONDS", "0", "1 to 3153600000")]
    [TestCase("MAX_WEBHOOKS_ALLOWED", "0", "1 to 10000")]
    [TestCase("DEFAULT_WEBHOOK_TIMEOUT_SECONDS", "31", "1 to 30")]
    [TestCase("WEBHOOK_USER_AGENT", " ", "the value of a header")]
    [TestCase("WEBHOOK_USER_AGENT", "caf\u00E9", "the value of a header")]
    [TestCase("WEBHOOK_TARGETS", "all", "private or public")]
    [TestCase("WEBHOOK_TARGETS_ALLOW", "example.org", "networks or addresses")]
    [TestCase("WEBHOOK_TARGETS_ALLOW", "10/8", "networks or addresses")]
    [TestCase("WEBHOOK_TARGETS_DENY", "10.0.0.0/33", "networks or addresses")]
    [TestCase("WEBHOOK_TARGETS_DENY", "010.0.0.0/8", "networks or addresses")]
    [TestCase("WEBHOOK_TARGETS_DENY", "fe80::1%1", "networks or addresses")]
    [TestCase("WEBHOOK_TARGETS_DENY", "10.0.0.0/8,", "networks or addresses")]
    [TestCase("CORS_ORIGINS", "*", "a comma-separated list of origins")]
    [TestCase("CORS_ORIGINS", "app.example.com", "a comma-separated list of origins")]
    [TestCase("CORS_ORIGINS", "https://app.example.com/", "a comma-separated list of origins")]
    [TestCase("CORS_ORIGINS", "https://app.example.com:443", "a comma-separated list of origins")]
    [TestCase("CORS_ORIGINS", "https://a.example,ftp://b.example", "a comma-separated list of origins")]
    [TestCase("HTTP2_CLEARTEXT", "yes", "true or false")]
    [TestCase("WEBHOOK_CA_FILE", "/nowhere/ca.pem", "the path of a file that exists")]
    [TestCase("WEBHOOK_RETRY_SCHEDULE", "5", "1 to 50 times")]
    [TestCase("WEBHOOK_RETRY_SCHEDULE", "5s,8d", "1 to 50 times")]
    [TestCase("WEBHOOK_RETRY_SCHEDULE", "0s", "1 to 50 times")]
    [TestCase("WEBHOOK_RETRY_SCHEDULE", "-5s", "1 to 50 times")]
    [TestCase("WEBHOOK_RETRY_SCHEDULE", "1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s", "1 to 50 times")]
    [TestCase("WEBHOOK_DISABLE_AFTER", "1.5d", "1ms to 365d")]
    [TestCase("WEBHOOK_DISABLE_AFTER", "366d", "1ms to 365d")]
    [TestCase("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "an http or https URL")]
    [TestCase("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector", "an http or https URL")]
    [TestCase("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc or http/protobuf")]
    [TestCase("OTEL_TRACES_EXPORTER", "zipkin", "otlp or none")]
    [TestCase("OTEL_SDK_DISABLED", "yes", "true or false")]
    [TestCase("AUDIT", "file", "off, log or store")]
    [TestCase("AUDIT_RETENTION", "30", "a time of 1s to 3650d")]
    [TestCase("AUDIT_RETENTION", "500ms", "a time of 1s to 3650d")]
    [TestCase("AUDIT_RETENTION", "3651d", "a time of 1s to 3650d")]
    [TestCase("AUDIT_RETENTION", "30d", "absent unless AUDIT=store")]
    [TestCase("LOG_FORMAT", "xml", "auto, json or text")]
    [TestCase("ETCD_ENDPOINTS", "ftp://etcd:2379", "host:port")]
    [TestCase("ETCD_ENDPOINTS", "http://a:1,https://b:2", "host:port")]
    [TestCase("ETCD_ENDPOINTS", ",", "host:port")]
    [TestCase("ETCD_CA_FILE", "/nowhere/ca.pem", "a file that exists")]
    [TestCase("ETCD_CERT_FILE", "/nowhere/client.pem", "a file that exists")]
    [TestCase("ETCD_KEY_FILE", "/nowhere/client.key", "a file that exists")]
    [TestCase("ETCD_USERNAME", "somebody", "ETCD_USERNAME and ETCD_PASSWORD go together")]
    [TestCase("ETCD_QUOTA_BACKEND_BYTES", "8GiB", "a whole number from 0 to")]
    [TestCase("ETCD_QUOTA_BACKEND_BYTES", "-1", "a whole number from 0 to")]
    [TestCase("ETCD_PASSWORD", "hunter2", "ETCD_USERNAME and ETCD_PASSWORD go together")]
    public void An_invalid_setting_is_refused(string name, string value, string allowed)
    {
        var refused = Assert.Throws<ConfigurationException>(() => TestOptions.Read((name, value)))!;

        Assert.That(refused.Message, Does.Contain(allowed));
        Assert.That(refused.Message, Does.Not.Contain("hunter2"), "a password does not show");
        if (!allowed.Contains("go together", StringComparison.Ordinal))
            Assert.That(refused.Message, Does.Contain($"{name} is '{value}'"));
    }

    [Test]
    public async Task The_middleware_that_believes_every_caller_is_refused()
    {
        var (exitCode, _, error) = await KvProcess.Run([], ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"));

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(
            error, Does.Contain("ASPNETCORE_FORWARDEDHEADERS_ENABLED is 'true'").And.Contain("TRUSTED_PROXIES"));
    }

    [Test]
    public async Task A_limit_that_the_default_tenant_breaks_is_reported()
    {
        var (exitCode, _, error) = await KvProcess.Run([], ("MAX_NAMESPACE_LEN", "5"));

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain("DEFAULT_NAMESPACE is 'default'; it must be at most 5 characters"));
    }

    [Test]
    public async Task Endpoints_without_TLS_are_refused_when_TLS_files_are_given()
    {
        using var certificates = TestCertificates.Create();

        var (exitCode, _, error) = await KvProcess.Run(
            [], ("ETCD_ENDPOINTS", "http://127.0.0.1:2379"), ("ETCD_CA_FILE", certificates.CaFile));

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain("ETCD_ENDPOINTS is 'http://127.0.0.1:2379'").And.Contain("https://"));
    }

    [Test]
    public async Task Every_mistake_is_reported_at_once_and_stops_the_start()
    {
        var (exitCode, output, error) =
            await KvProcess.Run([], ("PORT", "x"), ("STORE", "y"), ("MAX_KEY_LEN", "z"));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(output, Is.Empty, "it never listened");
        Assert.That(error, Does.StartWith("Kv cannot start: "));
        Assert.That(error, Does.Not.Contain("   at ").And.Not.Contain("Exception"));
        Assert.That(error, Does.Contain("PORT is 'x'").And.Contain("STORE is 'y'").And.Contain("MAX_KEY_LEN is 'z'"));
    }

    [TestCase("ETCD_CA_FILE")]
    [TestCase("ETCD_CERT_FILE")]
    [TestCase("ETCD_KEY_FILE")]
    public async Task A_certificate_file_without_a_certificate_is_reported(string name)
    {
        using var directory = new TemporaryDirectory();
        using var certificates = TestCertificates.Create();
        var file = directory.File("nonsense.pem");
        await File.WriteAllTextAsync(file, "nonsense");

        var (exitCode, output, error) = await KvProcess.Run(
            [], ("ETCD_CA_FILE", certificates.CaFile), ("ETCD_CERT_FILE", certificates.ClientCertFile),
            ("ETCD_KEY_FILE", certificates.ClientKeyFile), (name, file));

        Assert.That(exitCode, Is.EqualTo(1), output);
        Assert.That(error, Does.StartWith("Kv cannot start: ").And.Contain(name).And.Contain(file));
        Assert.That(output + error, Does.Not.Contain("   at "), "no stack trace");
    }
}
