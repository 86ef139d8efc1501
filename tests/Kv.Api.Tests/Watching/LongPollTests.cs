using Kv.Api.Tests.Hosting;
using Kv.Domain.Watching;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Watching;

/// <summary>Waiting for a key to become another.</summary>
internal sealed class LongPollTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task It_answers_when_the_key_is_written()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        var waiting = await Waiting("k", etag);
        await Kv.Put("other", "v");
        var written = await Kv.Put("k", "2");

        var answer = await waiting;
        Assert.That((answer.Status, answer.Header("ETag")), Is.EqualTo((200, written.Header("ETag"))));
        Assert.That(answer.Json.GetProperty("value").GetString(), Is.EqualTo("2"));
    }

    [Test]
    public async Task It_answers_when_the_key_goes()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        var waiting = await Waiting("k", etag);
        await Kv.Delete("k");

        Expect.Problem(await waiting, 404, "Key not found");
    }

    [Test]
    public async Task It_answers_when_the_key_comes()
    {
        var waiting = await Waiting("k", "\"0\"");
        await Kv.Put("k", "1");

        Assert.That((await waiting).Json.GetProperty("value").GetString(), Is.EqualTo("1"));
    }

    [Test]
    public async Task At_the_end_of_the_wait_it_is_as_it_was()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        var same = await Kv.With(HttpMethod.Get, "/kv/k?wait=1", null, ("If-None-Match", etag));
        var absent = await Kv.With(HttpMethod.Get, "/kv/absent?wait=1", null, ("If-None-Match", "\"0\""));

        Assert.That((same.Status, same.Header("ETag")), Is.EqualTo((304, etag)));
        Assert.That(absent.Status, Is.EqualTo(304));
    }

    [Test]
    public async Task Who_knows_another_state_or_none_is_answered_at_once()
    {
        await Kv.Put("k", "1");

        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/k?wait=60")).Status, Is.EqualTo(200));
        Assert.That((await Kv.With(HttpMethod.Get, "/kv/k?wait=60", null, ("If-None-Match", "\"1\""))).Status, Is.EqualTo(200));
        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/absent?wait=60")).Status, Is.EqualTo(404));
        Assert.That((await Kv.With(HttpMethod.Get, "/kv/k?wait=0", null, ("If-None-Match", "*"))).Status, Is.EqualTo(304));
    }

    [TestCase("-1", "between 0 and 60 seconds")]
    [TestCase("61", "between 0 and 60 seconds")]
    [TestCase("1000000", "between 0 and 60 seconds")]
    [TestCase("soon", "whole number")]
    public async Task A_wait_that_makes_no_sense_is_refused(string wait, string saying)
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/kv/k?wait={wait}"), 400, null, "wait", saying);
        Expect.Problem(await Kv.With(HttpMethod.Get, $"/kv/k?wait={wait}", null, ("If-None-Match", etag)), 400, null, "wait", saying);
    }

    // Begun, and waiting.
    private async Task<Task<Answer>> Waiting(string key, string etag)
    {
        var feed = Host.Services.GetRequiredService<IKeyChangeFeed>();
        var before = feed.Watches;
        var waiting = Kv.With(HttpMethod.Get, $"/kv/{key}?wait=30", null, ("If-None-Match", etag));
        await Eventually.Holds(() => feed.Watches > before || waiting.IsCompleted, "it waits");
        return waiting;
    }
}
