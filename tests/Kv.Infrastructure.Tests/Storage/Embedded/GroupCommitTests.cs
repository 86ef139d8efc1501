using Kv.Domain.Storage;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Kv.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Storage.Embedded;

/// <summary>Transactions that share a commit stay transactions of their own.</summary>
internal sealed class GroupCommitTests : EmbeddedTest
{
    [Test]
    public async Task A_failed_transaction_fails_alone_and_completely()
    {
        _ = Store;
        using (var connection = OtherHand())
            Execute(
                connection,
                "CREATE TRIGGER refuse BEFORE INSERT ON versions WHEN NEW.key = CAST('bad' AS BLOB) BEGIN SELECT "
                    + "RAISE(ABORT, 'refused'); END");
        await Commit(Put("half", "old"));

        List<Task<CommitResult>> good;
        Task<CommitResult> bad;
        using (HoldTheWriter())
        {
            good = [.. Enumerable.Range(0, 20).Select(i => Commit(Put($"good/{i:D2}", "value")))];
            bad = Commit(Put("half", "new"), Put("bad", "value"));
            good.AddRange(Enumerable.Range(20, 20).Select(i => Commit(Put($"good/{i:D2}", "value"))));
        }

        Assert.That(() => bad, Throws.TypeOf<StoreUnavailableException>()
            .With.Property(nameof(StoreUnavailableException.OutcomeUnknown)).False);
        var results = await Task.WhenAll(good);
        // Each has the next revision: the failed one took none.
        Assert.That(
            results.Select(result => result.Revision), Is.EqualTo(Enumerable.Range(3, 40).Select(i => (long)i)));
        var entry = await Get("half");
        Assert.That((Text(entry), entry!.Version), Is.EqualTo(("old", 1L)));
        Assert.That((await List()).Entries, Has.Count.EqualTo(41));
    }

    [Test]
    public async Task Of_many_conditional_writes_of_one_key_exactly_one_wins_at_each_revision()
    {
        const int Writers = 32;
        const int Wins = 20;
        await Commit(Put("counter", "0"));

        var wins = (await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(Count))))
            .SelectMany(won => won).ToList();

        var entry = await Get("counter");
        Assert.That(Text(entry), Is.EqualTo($"{Writers * Wins}"));
        Assert.That(entry!.Version, Is.EqualTo(Writers * Wins + 1));
        Assert.That(wins.Order(), Is.EqualTo(Enumerable.Range(3, Writers * Wins).Select(i => (long)i)));

        async Task<List<long>> Count()
        {
            var won = new List<long>();
            while (won.Count < Wins)
            {
                var seen = await Get("counter");
                var result = await Commit(new Transaction(
                    [Compare.ModRevision(Key("counter"), CompareRelation.Equal, seen!.ModRevision)],
                    [Put("counter", $"{int.Parse(Text(seen)) + 1}")]));
                if (result.Succeeded)
                    won.Add(result.Revision);
            }
            return won;
        }
    }

    [Test]
    public async Task The_callers_of_a_stuck_writer_fail_in_time()
    {
        using (HoldTheWriter())
        {
            var stuck = Commit(Put("key", "value"));

            await Eventually.Holds(
                () =>
                {
                    Clock.Advance(Options.Timeout);
                    return stuck.IsCompleted;
                },
                "its deadline has passed");

            Assert.That(() => stuck, Throws.TypeOf<StoreUnavailableException>());
        }
        Assert.That((await Commit(Put("other", "value"))).Succeeded, Is.True);
    }

    [Test]
    public async Task A_full_disk_is_reported_and_writes_resume_when_space_is_free()
    {
        var value = new byte[64 * 1024];
        var connection = Schema.ConnectWriter(Path.Combine(Directory, "kv.db"), NullLogger.Instance);
        Execute(connection, "PRAGMA max_page_count = 100");
        var latest = new LatestRevision();
        await using var writer = new Writer(
            connection, new CommitSignal(), latest, Options, new EngineTelemetry(Meters.Factory), Clock,
            NullLogger<EmbeddedStore>.Instance);
        Task<CommitResult> Write(string key) =>
            writer.Commit(Transaction.Unconditional(new Operation.Put(Key(key), value)), default);

        var last = 1L;
        Assert.That(
            async () =>
            {
                for (; ; )
                    last = (await Write($"{last}")).Revision;
            },
            Throws.TypeOf<StoreOutOfSpaceException>());
        Assert.That(latest.Value, Is.EqualTo(last));
        Assert.That(() => Write("full"), Throws.TypeOf<StoreOutOfSpaceException>());

        Execute(connection, "PRAGMA max_page_count = 1000");
        Assert.That((await Write("room")).Revision, Is.EqualTo(last + 1));
    }
}
