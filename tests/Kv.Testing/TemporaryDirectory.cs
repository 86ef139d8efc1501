namespace Kv.Testing;

/// <summary>A directory of a test's own, deleted with all in it when disposed of.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Makes a new, empty directory.</summary>
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("kv-test-").FullName;

    /// <summary>The directory's path.</summary>
    public string Path { get; }

    /// <summary>The path of a file in the directory.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Puts a new file in the place of one that another thread may be reading: .NET refuses to overwrite that one.
    /// </summary>
    public void Replace(string name, string text)
    {
        var next = File($"{name}.new");
        System.IO.File.WriteAllText(next, text);
        System.IO.File.Move(next, File(name), overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It was disposed of twice, or the test deleted it.
        }
    }
}
