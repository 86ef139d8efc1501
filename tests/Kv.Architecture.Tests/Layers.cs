using System.Reflection;
using System.Xml.Linq;

namespace Kv.Architecture.Tests;

/// <summary>The projects of the product: their assemblies, and their sources.</summary>
internal static class Layers
{
    public static readonly Assembly Domain = typeof(Domain.Limits).Assembly;
    public static readonly Assembly Application = typeof(Application.ApplicationServices).Assembly;
    public static readonly Assembly Infrastructure = typeof(Infrastructure.InfrastructureServices).Assembly;
    public static readonly Assembly Api = Assembly.Load("Kv.Api");

    public static readonly Assembly[] All = [Domain, Application, Infrastructure, Api];

    /// <summary>The root of the repository.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>Every C# source of the product.</summary>
    public static readonly string[] Sources = SourcesOf("src");

    /// <summary>The C# sources under a folder of the repository, without what the build generates.</summary>
    public static string[] SourcesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Root, path).Split('/', '\\').Any(part => part is "bin" or "obj")),
    ];

    /// <summary>The names of the folders right under a project's own, without those of the build.</summary>
    public static string[] Folders(string project) =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(Root, "src", project))
            .Select(path => Path.GetFileName(path))
            .Where(name => name is not ("bin" or "obj" or "Properties")),
    ];

    /// <summary>The XML documentation that an assembly was built with: the names of its documented members.</summary>
    public static HashSet<string> DocumentedMembers(Assembly assembly) =>
    [
        .. XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .Where(
                member => member.Elements().Any(element => element.Name == "summary" || element.Name == "inheritdoc"))
            .Select(member => member.Attribute("name")!.Value),
    ];

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(
            AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Kv.sln")))
                return directory.FullName;
        throw new InvalidOperationException("The tests must run from within the repository: they read its sources.");
    }
}
