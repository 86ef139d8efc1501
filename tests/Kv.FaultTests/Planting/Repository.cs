namespace Kv.FaultTests.Planting;

/// <summary>The repository that this program was built in.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        for (; directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Kv.sln")))
                return directory.FullName;
        throw new InvalidOperationException("Bugs are planted into a copy of the source, and none is here.");
    }
}
