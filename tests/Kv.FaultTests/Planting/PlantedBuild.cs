using System.Diagnostics;

namespace Kv.FaultTests.Planting;

/// <summary>
/// Builds Kv from a copy of its source with all bugs planted into it. An environment variable chooses one when it is
/// run.
/// </summary>
internal static class PlantedBuild
{
    /// <summary>The environment variable that names the bug.</summary>
    public const string Variable = "KV_PLANTED_BUG";

    // Without a namespace, so that every file sees it.
    private const string Switch =
        $$"""
        public static class Planted
        {
            private static readonly string? Bug = System.Environment.GetEnvironmentVariable("{{Variable}}");

            public static bool Is(string name) => name == Bug;
        }
        """;

    private static readonly string[] BesideSource =
        ["Directory.Build.props", "Directory.Packages.props", "global.json"];

    private static readonly string Copy = Path.Combine(Repository.Root, "artifacts", "planted");

    /// <summary>Builds it, incrementally.</summary>
    /// <returns>The <c>Kv.Api.dll</c>.</returns>
    public static async Task<string> Make()
    {
        var sources = Sources();
        Remove(sources);
        foreach (var file in sources.Concat(BesideSource))
            Write(file, await Text(file));
        Write(Path.Combine("src", "Kv.Domain", "Planted.cs"), Switch);
        await Build(Path.Combine(Copy, "src", "Kv.Api"));
        return Path.Combine(Copy, "src", "Kv.Api", "bin", "Release", "net10.0", "Kv.Api.dll");
    }

    /// <summary>A file of the repository, with the bugs that belong into it.</summary>
    private static async Task<string> Text(string file) => PlantedBugs.All
        .Where(bug => Path.Combine("src", bug.File) == file)
        .Aggregate(
            await File.ReadAllTextAsync(Path.Combine(Repository.Root, file)), (text, bug) => bug.PlantInto(text));

    private static HashSet<string> Sources() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path)).Where(IsSource),
    ];

    private static bool IsSource(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");

    private static void Remove(HashSet<string> sources)
    {
        if (!Directory.Exists(Copy))
            return;
        foreach (var path in Directory.EnumerateFiles(Copy, "*", SearchOption.AllDirectories))
        {
            var file = Path.GetRelativePath(Copy, path);
            if (IsSource(file) && !sources.Contains(file) && !BesideSource.Contains(file))
                File.Delete(path);
        }
    }

    private static void Write(string file, string text)
    {
        var path = Path.Combine(Copy, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path) || File.ReadAllText(path) != text)
            File.WriteAllText(path, text);
    }

    // Warnings in planted code do not matter.
    private static async Task Build(string project)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "build", project, "--configuration", "Release", "--verbosity", "quiet", "--nologo", "-nodeReuse:false",
                "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false",
                "-p:UseSharedCompilation=false",
            ])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        if (build.ExitCode != 0)
            throw new InvalidOperationException($"Kv with planted bugs could not be built:\n{output}");
    }
}
