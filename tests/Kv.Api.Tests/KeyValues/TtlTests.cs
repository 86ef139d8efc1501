using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.KeyValues;

internal sealed class TtlTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Expire_at_stays_the_same_while_ttl_shrinks()
    {
        var written = (await Kv.Post("k", "v", 600)).Json;
        var expireAt = written.GetProperty("expire_at").GetInt64();
        var seen = new HashSet<long>();

        await Eventually.Holds(
            async () =>
            {
                var read = (await Kv.Get("k")).Json;
                seen.Add(read.GetProperty("expire_at").GetInt64());
                return read.GetProperty("ttl").GetInt64() <= 597;
            },
            "ttl shrinks");

        Assert.That(seen, Is.EqualTo(new[] { expireAt }));
    }

    [Test]
    public async Task A_key_that_lives_has_at_least_a_second_left_and_never_more_than_it_was_set_to()
    {
        await Kv.Post("k", "v", 2);
        var seen = new HashSet<long>();

        await Eventually.Holds(
            async () =>
            {
                var read = await Kv.Get("k");
                if (read.Status == 200)
                    seen.Add(read.Json.GetProperty("ttl").GetInt64());
                return read.Status == 404;
            },
            "the key is gone");

        Assert.That(seen, Is.SubsetOf(new long[] { 1, 2 }).And.Contains(1));
    }

    [Test]
    public async Task A_key_disappears_when_its_time_is_over()
    {
        await Kv.Post("k", "v", 1);

        await Eventually.Holds(async () => (await Kv.Get("k")).Status == 404, "the key is gone");

        Expect.Problem(await Kv.List(""), 404, "Key not found");
        Assert.That((await Kv.Delete("k")).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task A_key_that_expired_can_be_set_again()
    {
        await Kv.Post("k", "old", 1);
        await Eventually.Holds(async () => (await Kv.Get("k")).Status == 404, "the key is gone");

        await Kv.Post("k", "new");

        Assert.That((await Kv.Get("k")).Body, Is.EqualTo("""{"key":"k","value":"new","ttl":null,"expire_at":null}"""));
    }

    [TestCase("""{"value":"v"}""")]
    [TestCase("""{"value":"v","ttl":0}""")]
    [TestCase("""{"value":"v","ttl":null}""")]
    public async Task Put_without_ttl_removes_the_expiry(string body)
    {
        await Kv.Put("k", "v", 2);
        await Kv.Put("marker", "v", 2);

        var answer = await Kv.PutJson("k", body);

        Assert.That(answer.Body, Is.EqualTo("""{"key":"k","value":"v"}"""));
        await Eventually.Holds(async () => (await Kv.Get("marker")).Status == 404, "the first ttl has passed");
        Assert.That((await Kv.Get("k")).Body, Is.EqualTo("""{"key":"k","value":"v","ttl":null,"expire_at":null}"""));
    }

    [Test]
    public async Task Put_with_a_longer_ttl_outlives_the_shorter_one()
    {
        await Kv.Put("k", "v", 2);
        await Kv.Put("marker", "v", 2);

        await Kv.Put("k", "v", 600);

        await Eventually.Holds(async () => (await Kv.Get("marker")).Status == 404, "the first ttl has passed");
        Assert.That((await Kv.Get("k")).Json.GetProperty("ttl").GetInt64(), Is.InRange(500, 600));
    }

    [TestCase(1)]
    [TestCase(31_536_000)]
    public async Task The_ends_of_the_range_are_accepted(long ttl)
    {
        var answer = await Kv.Post("k", "v", ttl);

        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        Assert.That(answer.Json.GetProperty("ttl").GetInt64(), Is.EqualTo(ttl));
    }

    [TestCase("-1")]
    [TestCase("31536001")]
    [TestCase("9223372036854775807")]
    [TestCase("9223372036854775808")]
    [TestCase("-9223372036854775809")]
    public async Task A_ttl_out_of_the_range_is_refused_with_the_range(string ttl)
    {
        const string error = "TTL must be between 0 and 31536000 seconds";

        Expect.Problem(await Kv.PostJson($$"""{"key":"k","value":"v","ttl":{{ttl}}}"""), 400, error, "ttl", "31536000");
        Expect.Problem(await Kv.PutJson("k", $$"""{"value":"v","ttl":{{ttl}}}"""), 400, error, "ttl", "31536000");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [TestCase("1e30")]
    [TestCase("1e400")]
    [TestCase("1.5")]
    [TestCase("\"60\"")]
    [TestCase("true")]
    [TestCase("[]")]
    [TestCase("{}")]
    public async Task A_ttl_that_is_not_an_integer_is_refused(string ttl)
    {
        Expect.Problem(await Kv.PostJson($$"""{"key":"k","value":"v","ttl":{{ttl}}}"""), 400, null, "ttl", "seconds");
        Expect.Problem(await Kv.PutJson("k", $$"""{"value":"v","ttl":{{ttl}}}"""), 400, null, "ttl", "seconds");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Without_a_ttl_a_key_takes_the_default()
    {
        await using var host = await KvHost.Start(Engine, ("DEFAULT_TTL_SECONDS", "500"));
        var kv = host.NewTenant();

        foreach (var answer in new[]
                 {
                     await kv.Post("k", "v"), await kv.Post("k", "v", 0), await kv.Put("k", "v"),
                     await kv.Put("k", "v", 0),
                 })
            Assert.That(answer.Json.GetProperty("ttl").GetInt64(), Is.EqualTo(500));
        Assert.That((await kv.Get("k")).Json.GetProperty("ttl").GetInt64(), Is.InRange(400, 500));
        Assert.That((await kv.Put("k", "v", 7)).Json.GetProperty("ttl").GetInt64(), Is.EqualTo(7));
    }
}
