using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

internal sealed class GetTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Get_answers_nulls_for_a_key_that_does_not_expire()
    {
        await Kv.Post("k", "v");

        var answer = await Kv.Get("k");

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.Body, Is.EqualTo("""{"key":"k","value":"v","ttl":null,"expire_at":null}"""));
    }

    [Test]
    public async Task Get_answers_the_remaining_time_of_a_key_that_expires()
    {
        await Kv.Post("k", "v", 1000);

        var json = (await Kv.Get("k")).Json;

        Assert.That(Expect.Members(json), Is.EqualTo(new[] { "key", "value", "ttl", "expire_at" }));
        Assert.That(json.GetProperty("ttl").GetInt64(), Is.InRange(900, 1000));
    }

    [Test]
    public async Task An_absent_key_is_a_problem_404() =>
        Expect.Problem(await Kv.Get("nothing"), 404, "Key not found");

    [Test]
    public async Task A_key_that_only_begins_like_another_is_not_found()
    {
        await Kv.Post("abc", "v");

        Expect.Problem(await Kv.Get("ab"), 404, "Key not found");
        Expect.Problem(await Kv.Get("abcd"), 404, "Key not found");
    }

    [Test]
    public async Task A_query_is_not_part_of_the_key()
    {
        await Kv.Post("k", "v");

        var answer = await Kv.Send(HttpMethod.Get, "/kv/k?raw=false&wait=0");

        Assert.That(answer.Json.GetProperty("key").GetString(), Is.EqualTo("k"));
    }
}
