using System.Globalization;
using Kv.Api.Tests.Documents;

namespace Kv.Api.Tests.Gateway.Real;

/// <summary>The configurations in docs/gateways.md.</summary>
internal static class GatewayDocument
{
    private const string Port = "8000";
    private const string Kv = "kv:8080";
    private const string Http2Kv = "kv:8082";
    private const string Http2 = "HTTP/2 without TLS";

    /// <summary>A gateway's configuration, with the addresses of this machine instead of the document's.</summary>
    /// <param name="heading">The heading of its section.</param>
    /// <param name="port">The port of the gateway.</param>
    /// <param name="kv">The address of Kv.</param>
    /// <param name="http2">Whether Kv speaks HTTP/2 without TLS there.</param>
    public static string Configuration(string heading, int port, Uri kv, bool http2)
    {
        var configuration = Block(heading);
        foreach (var (instead, write) in http2 ? Changes(heading) : [])
        {
            Assert.That(configuration, Does.Contain(instead));
            configuration = configuration.Replace(instead, write, StringComparison.Ordinal);
        }
        return configuration
            .Replace(Port, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace(http2 ? Http2Kv : Kv, kv.Authority, StringComparison.Ordinal);
    }

    /// <summary>The first block of code in a section.</summary>
    public static string Block(string heading)
    {
        var block = Section(heading).Split("```", 3)[1];
        return block[block.IndexOf('\n', StringComparison.Ordinal)..];
    }

    // The rows of the table about HTTP/2: the gateway, the text to replace, and its replacement.
    private static (string Instead, string Write)[] Changes(string heading)
    {
        var rows = Section(Http2).Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells is [var gateway, _, _] && gateway == heading)
            .Select(cells => (cells[1].Trim('`'), cells[2].Trim('`'))).ToArray();
        Assert.That(rows, Is.Not.Empty);
        return rows;
    }

    private static string Section(string heading)
    {
        var document = File.ReadAllText(Path.Combine(ExampleProcess.Root(), "docs", "gateways.md"));
        return document.Split($"\n## {heading}\n")[1].Split("\n## ")[0];
    }
}
