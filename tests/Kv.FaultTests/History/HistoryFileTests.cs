using Kv.Testing;

namespace Kv.FaultTests.History;

public sealed class HistoryFileTests
{
    [Test]
    public async Task A_saved_history_is_read_back()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "history.ndjson");
        var history = new RunHistory(new RunInfo
        {
            Seed = 7,
            Engine = "etcd",
            Command = "scripts/faults.sh --seed 7",
            StartedAt = DateTimeOffset.UnixEpoch,
            CallBound = 8_000_000,
            Pairs = [new KeyPair("default/default", "a", "b")],
        });
        history.Add(new Call
        {
            Id = 1,
            Client = "c1",
            Replica = "replica-0",
            Kind = CallKind.Put,
            Start = 10,
            End = 20,
            Outcome = CallOutcome.Ok,
            Operations = [new KeyOperation(OperationKind.Set, "k", "é\n\"", Ttl: 3)],
            Conditions = [new KeyCondition("k", ConditionKind.WrittenAt, Revision: 4)],
            Answer = new Answer { Status = 200, Revision = 5, ETag = 5, Keys = [new KeyAnswer("k", 200, ETag: 5)] },
        });
        history.Add(new StoredChange
        {
            Revision = 5,
            Space = "kv",
            Tenant = "default/default",
            Key = "k",
            Value = "é\n\"",
        });
        history.Add(new Fault("stop", "etcd-1", 12, 18));

        await HistoryFile.Save(history, path);
        var read = await HistoryFile.Load(path);
        await HistoryFile.Save(read, path + ".again");

        Assert.That(await File.ReadAllTextAsync(path + ".again"), Is.EqualTo(await File.ReadAllTextAsync(path)));
        Assert.That(read.Run.Pairs, Is.EqualTo(history.Run.Pairs));
        Assert.That(read.All<Call>().Single().Operations, Is.EqualTo(history.All<Call>().Single().Operations));
        Assert.That(read.All<Fault>(), Is.EqualTo(history.All<Fault>()));
    }

    [Test]
    public async Task A_malformed_line_is_reported_with_its_number()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "history.ndjson");
        await File.WriteAllTextAsync(path, """
            {"record":"run","seed":1,"engine":"etcd","command":"","startedAt":"2026-01-01T00:00:00+00:00","callBound":1}
            {"record":"fault","kind":
            """);

        Assert.That(
            () => HistoryFile.Load(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 2"));
    }
}
