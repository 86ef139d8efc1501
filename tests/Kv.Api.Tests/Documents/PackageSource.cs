using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// A package source (NuGet's server API, version 3) of two packages: <c>Sample.Outer</c>, which depends on
/// <c>Sample.Inner</c>, both 1.0.0. It also serves data about vulnerable packages, where it is given some.
/// </summary>
internal sealed class PackageSource : IAsyncDisposable
{
    private const string Outer = "Sample.Outer";
    private const string Inner = "Sample.Inner";

    private readonly WebhookReceiver _server = WebhookReceiver.Start();
    private readonly JsonObject? _vulnerable;

    /// <param name="vulnerable">
    /// The vulnerability data, by the names of packages in lower case; null for a source without such data.
    /// </param>
    public PackageSource(JsonObject? vulnerable)
    {
        _vulnerable = vulnerable;
        _server.Answer = request =>
            Find(request.Target) is { } body ? ReceiverAnswer.Status(200, body) : ReceiverAnswer.Status(404);
    }

    public string Index => Address("index.json");

    /// <summary>The vulnerability data of one package.</summary>
    public static JsonObject Known(string package, string versions, string advisory) => new()
    {
        [package] = new JsonArray(new JsonObject { ["url"] = advisory, ["severity"] = 2, ["versions"] = versions }),
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Address(string path) => $"{_server.Uri.GetLeftPart(UriPartial.Authority)}/{path}";

    private byte[]? Find(string target) => target switch
    {
        "/index.json" => Text(new JsonObject { ["version"] = "3.0.0", ["resources"] = Resources() }),
        "/known.json" => Text(new JsonArray(
            new JsonObject
            {
                ["@name"] = "base",
                ["@id"] = Address("base.json"),
                ["@updated"] = "2026-01-01T00:00:00Z",
            })),
        "/base.json" => Text(_vulnerable!),
        "/packages/sample.outer/index.json" or "/packages/sample.inner/index.json" =>
            Text(new JsonObject { ["versions"] = new JsonArray("1.0.0") }),
        "/packages/sample.outer/1.0.0/sample.outer.1.0.0.nupkg" =>
            Package(Outer, $"""<dependencies><group targetFramework="net10.0"><dependency id="{Inner}" version="1.0.0" /></group></dependencies>"""),
        "/packages/sample.inner/1.0.0/sample.inner.1.0.0.nupkg" => Package(Inner, ""),
        _ => null,
    };

    private JsonArray Resources()
    {
        var resources = new JsonArray(
            new JsonObject { ["@id"] = Address("packages/"), ["@type"] = "PackageBaseAddress/3.0.0" });
        if (_vulnerable is not null)
            resources.Add(new JsonObject { ["@id"] = Address("known.json"), ["@type"] = "VulnerabilityInfo/6.7.0" });
        return resources;
    }

    private static byte[] Package(string id, string dependencies)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            using (var manifest = new StreamWriter(zip.CreateEntry($"{id}.nuspec").Open()))
                manifest.Write($"""
                    <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
                      <metadata>
                        <id>{id}</id><version>1.0.0</version><authors>Kv</authors><description>For a test.</description>{dependencies}
                      </metadata>
                    </package>
                    """);
            zip.CreateEntry("lib/net10.0/_._");
        }
        return bytes.ToArray();
    }

    private static byte[] Text(JsonNode json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
