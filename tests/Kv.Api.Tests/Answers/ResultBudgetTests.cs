using System.Text.Json;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Answers;

/// <summary>The limit of the bytes that one call reads.</summary>
internal sealed class ResultBudgetTests(Engine engine) : EngineTests(engine)
{
    protected override (string, string?)[] Settings => [("MAX_VALUE_SIZE", "10000"), ("MAX_RESULT_BYTES", "25000")];

    [Test]
    public async Task A_bulk_read_beyond_the_budget_is_refused_and_the_other_operations_are_done()
    {
        await Fill();

        var answer = await Bulk(
            Get("a"), Get("a"), Get("b"), new { op = "set", key = "s", value = "v" }, Get("a"), Get("small"));

        var results = answer.Json.GetProperty("results").EnumerateArray().ToArray();
        var statuses = results.Select(result => result.GetProperty("status").GetInt32()).ToArray();
        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(statuses[3], Is.EqualTo(200));
        Assert.That(statuses.Where((_, i) => i is 0 or 1 or 2 or 4), Is.EquivalentTo(new[] { 200, 200, 413, 413 }));
        Assert.That(
            results.First(result => result.GetProperty("status").GetInt32() == 413).GetProperty("error").GetString(),
            Is.EqualTo("Result too large"));
        Assert.That(results.Count(result => result.TryGetProperty("value", out _)), Is.LessThanOrEqualTo(3));
        Assert.That((await Kv.Get("s")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_transaction_that_would_read_more_than_the_budget_changes_nothing()
    {
        await Fill();

        var answer = await Transact(new { op = "set", key = "s", value = "v" }, Get("a"), Get("b"), Get("a"));

        Expect.Problem(answer, 413, "Result too large");
        Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("25000").And.Contain("fewer keys"));
        Assert.That((await Kv.Get("s")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_transaction_within_the_budget_reads_any_number_of_keys()
    {
        await Fill();

        var answer = await Transact([.. Enumerable.Range(0, 98).Select(_ => Get("small")), Get("a"), Get("b")]);

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(
            answer.Json.GetProperty("results")[99].GetProperty("value").GetString(), Has.Length.EqualTo(10_000));
    }

    [Test]
    public async Task A_transaction_that_reads_its_own_write_counts_the_new_value()
    {
        var large = new string('v', 10_000);

        var answer = await Transact(new { op = "set", key = "s", value = large }, Get("s"), Get("s"), Get("s"));

        Expect.Problem(answer, 413, "Result too large");
        Assert.That((await Kv.Get("s")).Status, Is.EqualTo(404));
    }

    private static object Get(string key) => new { op = "get", key };

    private async Task Fill()
    {
        var large = new string('v', 10_000);
        foreach (var (key, value) in new[] { ("a", large), ("b", large), ("small", "v") })
            Assert.That((await Kv.Put(key, value)).Status, Is.EqualTo(200));
    }

    private Task<Answer> Bulk(params object[] operations) =>
        Kv.Send(HttpMethod.Post, "/bulk", JsonSerializer.Serialize(operations));

    private Task<Answer> Transact(params object[] operations) =>
        Kv.Send(HttpMethod.Post, "/txn", JsonSerializer.Serialize(new { success = operations }));
}
