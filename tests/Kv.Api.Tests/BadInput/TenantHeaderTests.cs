using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

internal sealed class TenantHeaderTests(Engine engine) : EngineTests(engine)
{
    private static readonly byte[] Body = """{"key":"k","value":"v"}"""u8.ToArray();

    [TestCase("a/b")]
    [TestCase("/")]
    [TestCase("a*")]
    [TestCase("*")]
    public async Task A_name_with_a_slash_or_an_asterisk_is_refused(string name)
    {
        await EachCallRefuses(
            name, Kv.AppName!, "Namespace must not contain '/', '*' or control characters", "namespace");
        await EachCallRefuses(
            Kv.Namespace!, name, "App name must not contain '/', '*' or control characters", "app_name");
    }

    [Test]
    public async Task An_empty_name_is_refused()
    {
        await EachCallRefuses("", Kv.AppName!, "Namespace must not be empty", "namespace");
        await EachCallRefuses(Kv.Namespace!, "", "App name must not be empty", "app_name");
    }

    [Test]
    public async Task A_name_that_is_too_long_is_refused()
    {
        await EachCallRefuses(new string('n', 26), Kv.AppName!, "Namespace too long (max 25 characters)", "namespace");
        await EachCallRefuses(Kv.Namespace!, new string('a', 51), "App name too long (max 50 characters)", "app_name");
    }

    [TestCase("\t")]
    [TestCase("\u0001")]
    [TestCase("\u007f")]
    [TestCase("\u00c2\u0085")]
    public async Task A_name_with_a_control_character_is_refused(string control)
    {
        var answer = await Post($"a{control}b", Kv.AppName!);

        Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
        Expect.NothingOfTheInside(answer);
        if (answer.Body.Length > 0)
            Expect.Problem(answer, 400, "Namespace must not contain '/', '*' or control characters", "namespace");
    }

    [TestCase("\0")]
    [TestCase("\u00ff")]
    [TestCase("\u00c3")]
    [TestCase("\u00ed\u00a0\u0080")]
    [TestCase("\n")]
    [TestCase("\r")]
    public async Task A_name_with_bytes_that_no_header_may_have_is_refused_by_the_server(string bytes)
    {
        var answer = await Post($"a{bytes}b", Kv.AppName!);

        Assert.That(answer.Status, Is.EqualTo(400), answer.ToString());
        Expect.NothingOfTheInside(answer);
    }

    [TestCase("KV-Namespace")]
    [TestCase("KV-App-Name")]
    public async Task A_header_sent_twice_is_refused(string header)
    {
        var same = header == "KV-Namespace" ? Kv.Namespace : Kv.AppName;
        foreach (var second in new[] { "other", same, "" })
        {
            var answer = await RawHttp.Send(
                Host.Address, RawHttp.Request("POST", "/kv", Kv, Body, $"{header}: {second}"));
            Expect.Problem(answer, 400, $"{header} must not be sent more than once", header);
        }
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404), "nothing was written");
    }

    private async Task EachCallRefuses(string space, string app, string error, string field)
    {
        Expect.Problem(await Post(space, app), 400, error, field);
        foreach (var (method, path, body) in new[]
                 {
                     ("PUT", "/kv/k", """{"value":"v"}"""u8.ToArray()), ("GET", "/kv/k", null), ("GET", "/kv/*", null), ("DELETE", "/kv/k", null),
                 })
        {
            var kv = new KvClient(Host.Http, space, app);
            Expect.Problem(
                await RawHttp.Send(Host.Address, RawHttp.Request(method, path, kv, body)), 400, error, field);
        }
    }

    private Task<Answer> Post(string space, string app) =>
        RawHttp.Send(Host.Address, RawHttp.Request("POST", "/kv", new KvClient(Host.Http, space, app), Body));
}
