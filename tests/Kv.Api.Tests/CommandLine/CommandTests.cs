using System.Xml.Linq;
using Kv.Api.Tests.Documents;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.CommandLine;

internal sealed class CommandTests
{
    [Test]
    public async Task Help_lists_the_commands()
    {
        var (exitCode, output, error) = await KvProcess.Run(["--help"]);

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(
            output, Does.Match("health .*alive").And.Match("apikey .*API keys").And.Match("keys .*keys")
                .And.Contain("--version"));
    }

    [Test]
    public async Task The_version_is_the_projects()
    {
        var version = XDocument.Load(Path.Combine(ExampleProcess.Root(), "Directory.Build.props"))
            .Descendants("Version").Single().Value;

        Assert.That((await KvProcess.Run(["--version"])).Output.Trim(), Is.EqualTo(version));
    }

    // A typo must not start a server.
    [TestCase("apikeys", "create", "Did you mean")]
    [TestCase("serve", "now", "Unrecognized command or argument 'serve'")]
    [TestCase("--store", "embedded", "Unrecognized command or argument '--store'")]
    public async Task An_unknown_word_is_reported_and_no_server_starts(string word, string next, string expected)
    {
        var (exitCode, output, error) = await KvProcess.Run([word, next]);

        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain(expected));
    }
}
