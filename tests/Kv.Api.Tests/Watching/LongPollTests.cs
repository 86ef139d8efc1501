using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Watching;

/// <summary>Reads that wait for a change of a key.</summary>
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
    public async Task It_answers_when_the_key_is_deleted()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        var waiting = await Waiting("k", etag);
        await Kv.Delete("k");

        Expect.Problem(await waiting, 404, "Key not found");
    }

    [Test]
    public async Task It_answers_when_the_key_is_created()
    {
        var waiting = await Waiting("k", "\"0\"");
        await Kv.Put("k", "1");

        Assert.That((await waiting).Json.GetProperty("value").GetString(), Is.EqualTo("1"));
    }

    [Test]
    public async Task It_answers_that_the_key_is_unchanged_at_the_end_of_the_wait()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        var same = await Kv.With(HttpMethod.Get, "/kv/k?wait=1", null, ("If-None-Match", etag));
        var absent = await Kv.With(HttpMethod.Get, "/kv/absent?wait=1", null, ("If-None-Match", "\"0\""));

        Assert.That((same.Status, same.Header("ETag")), Is.EqualTo((304, etag)));
        Assert.That(absent.Status, Is.EqualTo(304));
    }

    [Test]
    public async Task A_request_with_another_ETag_or_none_is_answered_at_once()
    {
        await Kv.Put("k", "1");

        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/k?wait=60")).Status, Is.EqualTo(200));
        Assert.That(
            (await Kv.With(HttpMethod.Get, "/kv/k?wait=60", null, ("If-None-Match", "\"1\""))).Status, Is.EqualTo(200));
        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/absent?wait=60")).Status, Is.EqualTo(404));
        Assert.That(
            (await Kv.With(HttpMethod.Get, "/kv/k?wait=0", null, ("If-None-Match", "*"))).Status, Is.EqualTo(304));
    }

    [TestCase("-1", "between 0 and 60 seconds")]
    [TestCase("61", "between 0 and 60 seconds")]
    [TestCase("1000000", "between 0 and 60 seconds")]
    [TestCase("soon", "whole number")]
    public async Task An_invalid_wait_is_refused(string wait, string saying)
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        Expect.Problem(await Kv.Send(HttpMethod.Get, $"/kv/k?wait={wait}"), 400, null, "wait", saying);
        Expect.Problem(
            await Kv.With(HttpMethod.Get, $"/kv/k?wait={wait}", null, ("If-None-Match", etag)), 400, null, "wait",
            saying);
    }

    [Test]
    public async Task The_past_is_not_waited_for()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        Expect.Problem(
            await Kv.With(HttpMethod.Get, $"/kv/k?wait=1&revision={etag.Trim('"')}", null, ("If-None-Match", etag)),
            400, null, "revision", "must not be given together");
    }

    [Test]
    public async Task It_answers_when_the_key_expires()
    {
        var etag = (await Kv.Put("k", "1", 2)).Header("ETag")!;

        Expect.Problem(await await Waiting("k", etag), 404, "Key not found");
    }

    [Test]
    public async Task A_stale_read_sees_the_change_that_woke_it()
    {
        var etag = (await Kv.Put("k", "1")).Header("ETag")!;

        var waiting = await Waiting("k", etag, ("KV-Consistency", "serializable"));
        var written = await Kv.Put("k", "2");

        Assert.That((await waiting).Header("ETag"), Is.EqualTo(written.Header("ETag")));
    }

    [Test]
    public async Task Many_followers_of_a_key_all_see_its_last_value()
    {
        const int writes = 60;
        await Kv.Put("k", "0");
        var followers = Enumerable.Range(0, 50).Select(_ => Task.Run(async () =>
        {
            var (value, etag) = ("", "\"1\"");
            while (value != $"{writes}")
            {
                var answer = await Kv.With(HttpMethod.Get, "/kv/k?wait=30", null, ("If-None-Match", etag));
                Assert.That(answer.Status, Is.EqualTo(200), "each wait ends with a change");
                (value, etag) = (answer.Json.GetProperty("value").GetString()!, answer.Header("ETag")!);
            }
        })).ToArray();

        for (var number = 1; number <= writes; number++)
            await Kv.Put("k", $"{number}");

        await Task.WhenAll(followers);
    }

    [Test]
    public async Task When_the_process_stops_it_is_answered_as_at_the_end_of_the_wait()
    {
        var host = await KvHost.Start(Engine);
        var kv = host.NewTenant();
        var etag = (await kv.Put("k", "1")).Header("ETag")!;
        var waiting = kv.With(HttpMethod.Get, "/kv/k?wait=60", null, ("If-None-Match", etag));
        await Eventually.Holds(() => host.Watches == 1, "it waits");

        await host.Stop().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That((await waiting).Status, Is.EqualTo(304));
        await host.DisposeAsync();
    }

    // Begun, and waiting.
    private async Task<Task<Answer>> Waiting(string key, string etag, params (string, string)[] headers)
    {
        var before = Host.Watches;
        var waiting = Kv.With(HttpMethod.Get, $"/kv/{key}?wait=30", null, [("If-None-Match", etag), .. headers]);
        await Eventually.Holds(() => Host.Watches > before || waiting.IsCompleted, "it waits");
        return waiting;
    }
}
