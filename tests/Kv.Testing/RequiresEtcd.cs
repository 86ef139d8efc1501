namespace Kv.Testing;

/// <summary>A test that needs etcd is skipped without it, and fails where CI=true.</summary>
public static class RequiresEtcd
{
    private static readonly RequiredProgram Etcd = new(
        "KV_ETCD", ["etcd"],
        "This test needs the etcd server, and none was found. Install it (Debian and Ubuntu: apt-get install "
        + "etcd-server; macOS: brew install etcd), or name the binary in the environment variable KV_ETCD.");

    /// <summary>Skips (or, where CI=true, fails) the test that is running when there is no etcd.</summary>
    /// <returns>The path of the binary.</returns>
    public static string Check() => Etcd.Check();
}
