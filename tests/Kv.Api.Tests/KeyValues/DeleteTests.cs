using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

internal sealed class DeleteTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task Delete_answers_204_without_a_body_and_the_key_is_gone()
    {
        await Kv.Post("k", "v");

        var answer = await Kv.Delete("k");

        Assert.That(answer.Status, Is.EqualTo(204), answer.ToString());
        Assert.That(answer.Body, Is.Empty);
        Expect.Problem(await Kv.Get("k"), 404, "Key not found");
    }

    [Test]
    public async Task Delete_of_an_absent_key_answers_204() =>
        Assert.That((await Kv.Delete("nothing")).Status, Is.EqualTo(204));

    [Test]
    public async Task Delete_removes_one_key_and_not_a_prefix()
    {
        await Kv.Post("a", "v");
        await Kv.Post("ab", "v");

        await Kv.Delete("a");
        await Kv.Send(HttpMethod.Delete, "/kv/a*");
        await Kv.Send(HttpMethod.Delete, "/kv/*");

        Assert.That((await Kv.List("")).Json.GetArrayLength(), Is.EqualTo(1));
    }
}
