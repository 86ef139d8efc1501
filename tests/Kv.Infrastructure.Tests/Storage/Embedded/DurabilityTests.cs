using System.Diagnostics;
using System.Globalization;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>Acknowledged writes survive the sudden end of a process.</summary>
internal sealed class DurabilityTests : EmbeddedTest
{
    private const int Rounds = 5;
    private const int WritesOfRound = 400;

    private readonly Dictionary<string, (long Revision, string Value)> _acknowledged = [];
    private long _highest;

    [Test]
    public async Task Acknowledged_writes_survive_a_kill()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await WriteAndKill();

            await using var store = Open();
            var page = await store.Range(new RangeQuery(Everything, 100_000), CancellationToken.None);
            var entries = page.Entries.ToDictionary(entry => entry.Key.ToString());
            Assert.That(page.Revision, Is.GreaterThanOrEqualTo(_highest));
            foreach (var (key, (revision, value)) in _acknowledged)
            {
                var (a, b) = (entries[$"a/{key}"], entries[$"b/{key}"]);
                // A later write of the key may be on the disk without an acknowledgement.
                Assert.That(a.ModRevision, Is.GreaterThanOrEqualTo(revision), key);
                if (a.ModRevision == revision)
                    Assert.That(Text(a), Is.EqualTo(value), key);
                Assert.That(
                    (b.ModRevision, Text(b)), Is.EqualTo((a.ModRevision, Text(a))), "written in one transaction");
            }
            Assert.That(entries.Keys.Count(key => key[0] == 'a'), Is.EqualTo(entries.Keys.Count(key => key[0] == 'b')));
        }
    }

    private async Task WriteAndKill()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Kv.EmbeddedWriter.dll"), Directory },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var writer = Process.Start(start)!;
        var before = _highest;
        for (var writes = 0; await writer.StandardOutput.ReadLineAsync() is { } line; writes++)
        {
            if (writes == WritesOfRound)
                writer.Kill();
            if (line.Split(' ') is [var revision, var key, var value, "."])
                Note(key, long.Parse(revision, CultureInfo.InvariantCulture), value, before);
        }
        await writer.WaitForExitAsync();
        Assert.That(_highest, Is.GreaterThan(before), "the process wrote before it was killed");
    }

    private void Note(string key, long revision, string value, long before)
    {
        Assert.That(revision, Is.GreaterThan(before), "no revision is assigned twice");
        if (!_acknowledged.TryGetValue(key, out var last) || last.Revision < revision)
            _acknowledged[key] = (revision, value);
        _highest = Math.Max(_highest, revision);
    }
}
