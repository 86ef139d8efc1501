namespace Kv.Testing;

/// <summary>
/// What a test that needs etcd does without it: it is reported as skipped on a developer's machine, and fails where
/// CI=true, so that a build that forgot etcd cannot pass.
/// </summary>
public static class RequiresEtcd
{
    private const string HowToGetIt =
        "This test needs the etcd server, and none was found. Install it (Debian and Ubuntu: apt-get install "
        + "etcd-server; macOS: brew install etcd), or name the binary in the environment variable KV_ETCD.";

    /// <summary>The path of the binary: KV_ETCD, or the etcd in PATH; null when there is none.</summary>
    public static string? Binary { get; } = Find();

    /// <summary>Skips (or, where CI=true, fails) the test that is running when there is no etcd.</summary>
    /// <returns>The path of the binary.</returns>
    public static string Check()
    {
        if (Binary is { } binary)
            return binary;
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(HowToGetIt);
        Assert.Ignore(HowToGetIt);
        throw new InvalidOperationException(HowToGetIt);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("KV_ETCD") is { Length: > 0 } named)
            return File.Exists(named) ? named : null;
        var name = OperatingSystem.IsWindows() ? "etcd.exe" : "etcd";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
    }
}
