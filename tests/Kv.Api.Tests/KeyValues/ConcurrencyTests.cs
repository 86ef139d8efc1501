using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

internal sealed class ConcurrencyTests(Engine engine) : EngineTests(engine)
{
    private const int Writers = 200;

    [Test]
    public async Task Parallel_writers_of_different_keys_all_succeed()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(number => Kv.Put($"{number:d3}", $"value {number}")));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(200));
        var listed = (await Kv.List("")).Json.EnumerateArray().Select(item => item.GetProperty("value").GetString());
        Assert.That(listed, Is.EqualTo(Enumerable.Range(0, Writers).Select(number => $"value {number}")));
    }

    [Test]
    public async Task Parallel_writers_of_one_key_all_succeed_and_one_of_them_is_last()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(number =>
            number % 2 == 0 ? Kv.Put("k", $"value {number}") : Kv.Post("k", $"value {number}", 600)));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(200).Or.EqualTo(201));
        var final = (await Kv.Get("k")).Json;
        var last = int.Parse(final.GetProperty("value").GetString()!["value ".Length..], null);
        Assert.That(last, Is.InRange(0, Writers - 1));
        Assert.That(
            final.GetProperty("ttl").ValueKind == System.Text.Json.JsonValueKind.Null, Is.EqualTo(last % 2 == 0));
        Assert.That((await Kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo($"value {last}"));
    }

    [Test]
    public async Task A_reader_sees_every_write_acknowledged_before_its_request()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async writer =>
        {
            for (var number = 0; number < 20; number++)
            {
                await Kv.Put($"{writer}", $"{number}");
                Assert.That((await Kv.Get($"{writer}")).Json.GetProperty("value").GetString(), Is.EqualTo($"{number}"));
            }
        }));
    }
}
