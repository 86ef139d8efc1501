using System.Security.Cryptography;
using Kv.Infrastructure.Tls;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Tls;

/// <summary>A value that is loaded from files follows their changes, as long as the files are valid.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReloadedFilesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _seen = [];
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeADirectory()
    {
        _seen.Clear();
        _directory = new TemporaryDirectory();
    }

    [TearDown]
    public void RemoveIt() => _directory.Dispose();

    [Test]
    public void A_changed_file_is_loaded_at_the_next_check_and_reported_once()
    {
        Write("one", "1");
        using var files = Open("one");
        Write("one", "2");
        Assert.That(files.Current, Is.EqualTo("1"), "no check has run yet");

        _time.Advance(Interval);
        _time.Advance(Interval);

        Assert.That(files.Current, Is.EqualTo("2"));
        Assert.That(_seen, Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public void Unusable_files_leave_the_former_ones_in_use_until_they_are_usable()
    {
        Write("one", "1");
        Write("two", "a");
        using var files = Open("one", "two");

        Write("one", "broken");
        _time.Advance(Interval);
        Assert.That(files.Current, Is.EqualTo("1a"));
        File.Delete(_directory.File("two"));
        _time.Advance(Interval);
        Assert.That(files.Current, Is.EqualTo("1a"));
        Write("one", "2");
        Write("two", "b");
        _time.Advance(Interval);

        Assert.That(files.Current, Is.EqualTo("2b"));
        Assert.That(_seen, Is.EqualTo(new[] { "2b" }));
    }

    [Test]
    public void Files_behind_a_swapped_link_are_loaded()
    {
        // As Kubernetes mounts a secret: the files are links through a swapped link to a directory.
        Directory.CreateDirectory(_directory.File("v1"));
        Directory.CreateDirectory(_directory.File("v2"));
        File.WriteAllText(_directory.File("v1/tls"), "1");
        File.WriteAllText(_directory.File("v2/tls"), "2");
        Directory.CreateSymbolicLink(_directory.File("data"), "v1");
        File.CreateSymbolicLink(_directory.File("tls"), "data/tls");
        using var files = Open("tls");

        Directory.Delete(_directory.File("data"));
        Directory.CreateSymbolicLink(_directory.File("data"), "v2");
        _time.Advance(Interval);

        Assert.That(files.Current, Is.EqualTo("2"));
    }

    [Test]
    public void A_certificate_and_a_key_that_do_not_belong_together_are_refused()
    {
        using var certificates = TestCertificates.Create();
        using var others = TestCertificates.Create();
        var certificate = File.ReadAllText(certificates.ServerCertFile);

        Assert.That(
            () => PemCertificates.Pair(certificate, File.ReadAllText(others.ServerKeyFile)),
            Throws.InstanceOf<CryptographicException>());
        Assert.That(
            () => PemCertificates.Pair(
                certificate[..(certificate.Length / 2)], File.ReadAllText(certificates.ServerKeyFile)),
            Throws.InstanceOf<CryptographicException>());
        Assert.That(() => PemCertificates.Pair(certificate, ""), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => PemCertificates.Pair("", ""), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => PemCertificates.Authorities("nonsense"), Throws.InstanceOf<CryptographicException>());
    }

    private ReloadedFiles<string> Open(params string[] names)
    {
        var files = new ReloadedFiles<string>(
            [.. names.Select(_directory.File)],
            contents => contents.Contains("broken")
                ? throw new CryptographicException("Broken.")
                : string.Concat(contents),
            Interval, _time, NullLogger.Instance, _seen.Add);
        return files;
    }

    private void Write(string name, string contents) => File.WriteAllText(_directory.File(name), contents);
}
