namespace Kv.Architecture.Tests;

/// <summary>A feature has the same folder in every layer, so that its files are easy to find.</summary>
internal sealed class FolderTests
{
    private static readonly string[] DomainFolders = Layers.Folders("Kv.Domain");
    private static readonly string[] ApplicationFolders = Layers.Folders("Kv.Application");

    // An import is made of the transactions of the domain, and adds nothing to it.
    private static readonly string[] WithoutDomain = ["Pipeline", "Transfers"];

    [Test]
    public void The_features_of_the_application_are_those_of_the_domain() =>
        Assert.That(ApplicationFolders.Except(WithoutDomain), Is.SubsetOf(DomainFolders));

    [Test]
    public void A_controller_is_in_a_folder_that_the_application_has() =>
        Assert.That(FoldersWith("Kv.Api", "*Controller.cs"), Is.Not.Empty.And.SubsetOf(ApplicationFolders));

    [Test]
    public void A_repository_is_in_the_folder_of_its_port() =>
        Assert.That(
            FoldersWith("Kv.Infrastructure", "*Repository.cs"),
            Is.Not.Empty.And.SubsetOf(FoldersWith("Kv.Domain", "I*Repository.cs")));

    [Test]
    public void A_namespace_is_the_path_of_its_file()
    {
        var astray = Layers.Sources
            .Select(path => (Path: path, Namespace: File.ReadLines(path).FirstOrDefault(IsNamespace)))
            .Where(file => file.Namespace is not null && file.Namespace != $"namespace {Expected(file.Path)};")
            .Select(file => Layers.Relative(file.Path));

        Assert.That(astray, Is.Empty);
    }

    private static bool IsNamespace(string line) => line.StartsWith("namespace ", StringComparison.Ordinal);

    private static string Expected(string path) =>
        Path.GetRelativePath(Path.Combine(Layers.Root, "src"), Path.GetDirectoryName(path)!)
            .Replace(Path.DirectorySeparatorChar, '.');

    private static IEnumerable<string> FoldersWith(string project, string pattern) => Layers.Folders(project).Where(
        folder => Directory.EnumerateFiles(Path.Combine(Layers.Root, "src", project, folder), pattern).Any());
}
