using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Kv.Api.WebConsole;

/// <summary>
/// The files of the console, which the assembly holds: they are there wherever the program runs from.
/// </summary>
internal static class ConsoleFiles
{
    private const string Folder = "console/";

    private static readonly FrozenDictionary<string, ConsoleFile> Files = Assembly.GetExecutingAssembly()
        .GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Folder.Length..], Load, StringComparer.Ordinal);

    /// <summary>A file by its path in the console's folder; null when there is no such file.</summary>
    public static ConsoleFile? Find(string path) => Files.GetValueOrDefault(path);

    private static ConsoleFile Load(string name)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return new ConsoleFile(
            content, TypeOf(name),
            new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\""));
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
internal sealed record ConsoleFile(ReadOnlyMemory<byte> Content, string Type, EntityTagHeaderValue Tag);
