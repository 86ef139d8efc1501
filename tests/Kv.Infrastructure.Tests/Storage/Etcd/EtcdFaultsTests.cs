using Kv.Infrastructure.Storage.Etcd;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

internal sealed class EtcdFaultsTests
{
    [TestCase("3.5.28")]
    [TestCase("3.5.30")]
    [TestCase("3.6.9")]
    [TestCase("3.7.0")]
    [TestCase("4.0.0")]
    [TestCase("4.0.0-rc.1")]
    [TestCase("not a version")]
    [TestCase("")]
    public void No_issue_of_the_version_is_known(string version) => Assert.That(EtcdFaults.InVersion(version), Is.Null);

    [TestCase("3.5.27", "20418")]
    [TestCase("3.6.8", "20418")]
    [TestCase("3.6.0-rc.3", "20418")]
    [TestCase("3.5.17", "20418 19179")]
    [TestCase("3.5.4", "20418 19179 14370")]
    [TestCase("3.5.2", "20418 19179 14370 13766")]
    [TestCase("3.4.23", "20418 19179")]
    [TestCase("3.4.20", "20418 19179 14370")]
    [TestCase("3.3.27", "20418 19179 14370")]
    public void These_issues_of_the_version_are_known(string version, string issues)
    {
        foreach (var issue in (string[])["20418", "19179", "14370", "13766"])
            Assert.That(
                EtcdFaults.InVersion(version),
                issues.Contains(issue) ? Does.Contain($"(etcd#{issue})") : Does.Not.Contain(issue));
    }

    [TestCase("3.4.45", true)]
    [TestCase("3.5.27", false)]
    public void An_end_of_life_is_known(string version, bool isKnown) =>
        Assert.That(
            EtcdFaults.InVersion(version)!.Contains("end of life", StringComparison.Ordinal), Is.EqualTo(isKnown));
}
