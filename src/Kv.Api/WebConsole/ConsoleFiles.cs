using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.WebConsole;

/// <summary>The files of the console, embedded in the assembly, and its page, which names them.</summary>
internal static class ConsoleFiles
{
    private const string Resources = "console/";
    private const string PageName = "index.html";

    private static readonly FrozenDictionary<string, ConsoleFile> Files = Assembly.GetExecutingAssembly()
        .GetManifestResourceNames()
        .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Resources.Length..], Load, StringComparer.Ordinal);

    /// <summary>
    /// The folder of the files in their addresses. It names their content: a browser that has a file never asks again.
    /// </summary>
    public static string Folder { get; } = $"v-{Version()}";

    /// <summary>The style of the page's frame, which the page contains: its first content waits for no file.</summary>
    public static string FrameStyle { get; } = $"{TextOf("css/base.css")}{TextOf("css/layout.css")}";

    /// <summary>The page. Its address stays the same.</summary>
    public static ConsoleFile Page { get; } = ConsoleFile.From(
        Encoding.UTF8.GetBytes(
            TextOf(PageName).Replace("{files}", Folder, StringComparison.Ordinal)
                .Replace("{frame}", FrameStyle, StringComparison.Ordinal)),
        Files[PageName].Type);

    /// <summary>A file that the page names; null when there is no such file.</summary>
    public static ConsoleFile? Find(string path) => path == PageName ? null : Files.GetValueOrDefault(path);

    private static ConsoleFile Load(string name)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return ConsoleFile.From(content, TypeOf(name));
    }

    private static string TextOf(string path) => Encoding.UTF8.GetString(Files[path].Content.Span);

    private static string Version()
    {
        var names = Files.OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => $"{file.Key} {file.Value.Tag}");
        return ConsoleFile.HashOf(Encoding.UTF8.GetBytes(string.Join('\n', names)))[..12];
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}

/// <summary>A file of the console.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Tag">The entity tag of the bytes.</param>
internal sealed record ConsoleFile(ReadOnlyMemory<byte> Content, string Type, EntityTagHeaderValue Tag)
{
    public static ConsoleFile From(byte[] content, string type) =>
        new(content, type, new EntityTagHeaderValue($"\"{HashOf(content)}\""));

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content))[..32];
}
