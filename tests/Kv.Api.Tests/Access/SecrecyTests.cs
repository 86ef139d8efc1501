using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;
using Kv.Testing;

namespace Kv.Api.Tests.Access;

/// <summary>No log line and no answer holds a credential, valid or not.</summary>
internal sealed class SecrecyTests
{
    [Test]
    public async Task No_credential_is_in_logs_or_answers()
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("AUTH", "apikey"),
            // The most detailed log levels.
            ("Logging__LogLevel__Default", "Trace"), ("Logging__LogLevel__Microsoft", "Trace"),
                ("Logging__LogLevel__System", "Trace"));
        var client = await kv.Client();
        var secret = ApiKeySecret.New().Reveal();
        var seen = new List<string>();
        foreach (var header in new[]
                 {
                     ("Authorization", $"Bearer {secret}"), ("X-API-Key", secret), ("Authorization", $"Basic {secret}"),
                     ("X-API-Key", $"{secret}\tx"),
                 })
            foreach (var path in new[] { "/kv/k", "/nowhere", "/admin/apikeys", "/watch" })
                seen.Add((await client.With(HttpMethod.Get, path, null, header)).ToString());

        Assert.That(kv.Output, Does.Contain("/kv/k"), "the log is at its most detailed");
        foreach (var text in seen.Append(kv.Output).Append(kv.Error))
            Assert.That(text, Does.Not.Contain(secret[20..]));
    }
}
