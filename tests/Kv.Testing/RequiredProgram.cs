namespace Kv.Testing;

/// <summary>
/// A program that some tests need. Without it they are reported as skipped on a developer's machine, and fail where
/// CI=true, so that a build without it cannot pass.
/// </summary>
/// <param name="variable">The environment variable that names the binary; it goes before PATH.</param>
/// <param name="names">The names of the binary in PATH, the best first.</param>
/// <param name="howToGetIt">The message of the skipped tests.</param>
public sealed class RequiredProgram(string variable, string[] names, string howToGetIt)
{
    private readonly string? _binary = Find(variable, names);

    /// <summary>Skips (or, where CI=true, fails) the test that is running when the program is not there.</summary>
    /// <returns>The path of the binary.</returns>
    public string Check()
    {
        if (_binary is not null)
            return _binary;
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(howToGetIt);
        Assert.Ignore(howToGetIt);
        throw new InvalidOperationException(howToGetIt);
    }

    private static string? Find(string variable, string[] names)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
            return File.Exists(named) ? named : null;
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return names
            .Select(name => OperatingSystem.IsWindows() ? $"{name}.exe" : name)
            .SelectMany(name => directories.Select(directory => Path.Combine(directory, name)))
            .FirstOrDefault(File.Exists);
    }
}
