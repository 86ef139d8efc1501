using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>The freshness of answers.</summary>
internal sealed class ConsistencyTests(Engine engine) : EngineTests(engine)
{
    [TestCase("/kv/k")]
    [TestCase("/kv?prefix=k")]
    public async Task A_serializable_read_with_a_required_revision_has_seen_it(string path)
    {
        for (var round = 0; round < 20; round++)
        {
            var revision = (await Kv.Put("k", $"{round}")).Header("KV-Revision")!;
            var read = await Kv.With(
                HttpMethod.Get, path, null, ("KV-Consistency", "serializable"), ("KV-Min-Revision", revision));
            Assert.That(read.Body, Does.Contain($"\"value\":\"{round}\""));
            Assert.That(
                long.Parse(read.Header("KV-Revision")!, null), Is.GreaterThanOrEqualTo(long.Parse(revision, null)));
        }
    }

    [TestCase("/kv/k")]
    [TestCase("/kv?prefix=k")]
    public async Task A_required_revision_in_the_future_is_refused(string path)
    {
        await Kv.Put("k", "v");

        foreach (var consistency in new[] { "serializable", "linearizable" })
            Expect.Problem(
                await Kv.With(
                    HttpMethod.Get, path, null, ("KV-Consistency", consistency),
                    ("KV-Min-Revision", $"{long.MaxValue}")),
                400, "Revision in the future");
    }

    [TestCase("KV-Consistency", "eventual", "linearizable or serializable")]
    [TestCase("KV-Min-Revision", "-1", "0 or more")]
    [TestCase("KV-Min-Revision", "x", "0 or more")]
    [TestCase("KV-Min-Revision", "9223372036854775808", "0 or more")]
    public async Task A_malformed_header_is_refused_by_its_name(string header, string value, string saying)
    {
        Expect.Problem(await Kv.With(HttpMethod.Get, "/kv/k", null, (header, value)), 400, null, header, saying);
        Expect.Problem(await Kv.With(HttpMethod.Get, "/kv", null, (header, value)), 400, null, header, saying);
    }
}
