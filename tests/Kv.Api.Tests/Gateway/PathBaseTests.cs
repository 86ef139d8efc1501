using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Gateway;

/// <summary>Kv under a path of a gateway that keeps the path in the requests or removes it.</summary>
internal sealed class PathBaseTests(Engine engine) : EngineTests(engine)
{
    private const string Base = "/kv-service";

    protected override (string Name, string? Value)[] Settings => [("PATH_BASE", Base)];

    [TestCase("/kv-service/kv/a%2Fb", "a/b")]
    [TestCase("/kv/a%2Fb", "a/b")]
    [TestCase("/kv-service/kv/kv-service/kv/a", "kv-service/kv/a")]
    [TestCase("/kv/kv-service/kv/a", "kv-service/kv/a")]
    [TestCase("/kv-service/kv/a/../../../b", "a/../../../b")]
    [TestCase("/kv-service/kv/..", "..")]
    [TestCase("/kv-service/kv/%2e%2e", "..")]
    [TestCase("/kv-service/kv/a%3Fb?raw", "a?b")]
    [TestCase("http://localhost/kv-service/kv/a%2Fb", "a/b")]
    public async Task A_path_means_the_key_that_it_spells_behind_the_base(string path, string key)
    {
        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("PUT", path, Kv, """{"value":"v"}"""u8.ToArray()));

        Assert.That(answer.Status, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Json.GetProperty("key").GetString(), Is.EqualTo(key));
        Assert.That((await Kv.Get(key)).Status, Is.EqualTo(200));
    }

    [TestCase("/kv-service/../kv/secret")]
    [TestCase("/x/../kv-service/kv/secret")]
    [TestCase("/kv%2Dservice/kv/secret")]
    [TestCase("/KV-SERVICE/kv/secret")]
    [TestCase("/kv-servicekv/secret")]
    [TestCase("/kv-service/x/../kv/secret")]
    [TestCase("/kv-service//kv/secret")]
    [TestCase("/kv-service/KV/secret")]
    public async Task Another_spelling_of_the_base_or_of_the_route_reaches_no_key(string path)
    {
        await Kv.Post("secret", "v");

        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("GET", path, Kv));

        Expect.Problem(answer, 404, null);
    }

    [TestCase(Base)]
    [TestCase("")]
    public async Task The_next_page_is_under_the_base(string sent)
    {
        for (var number = 0; number < 3; number++)
            await Kv.Post($"page/{number}", "v");

        var first = await Kv.Send(HttpMethod.Get, $"{sent}/kv?prefix=page/&limit=2");
        var link = first.Header("Link")!;
        var next = await Kv.Send(HttpMethod.Get, link[1..link.IndexOf('>', StringComparison.Ordinal)]);

        Assert.That(link, Does.StartWith($"<{Base}/kv?prefix=page").And.EndsWith(">; rel=\"next\""));
        Assert.That(next.Status, Is.EqualTo(200), next.ToString());
        Assert.That(next.Json.GetProperty("items").GetArrayLength(), Is.EqualTo(1), next.ToString());
    }

    [TestCase(Base)]
    [TestCase("")]
    public async Task Health_and_the_document_are_there_with_the_base_and_without(string sent)
    {
        var root = await Kv.Send(HttpMethod.Get, $"{sent}/");
        var page = await Kv.Send(HttpMethod.Get, $"{sent}/swagger/index.html");
        var document = await Kv.Send(HttpMethod.Get, $"{sent}/swagger/v1/swagger.json");

        Assert.That((await Kv.Send(HttpMethod.Get, $"{sent}/livez")).Status, Is.EqualTo(200));
        Assert.That((await Kv.Send(HttpMethod.Get, $"{sent}/readyz")).Status, Is.EqualTo(200));
        Assert.That(root.Status, Is.EqualTo(200));
        Assert.That(root.Body, Does.Contain($"href=\"{Base}/swagger\"").And.Contain($"href=\"{Base}/console/\""));
        Assert.That(page.Status, Is.EqualTo(200));
        Assert.That(
            document.Json.GetProperty("servers").EnumerateArray().Single().GetProperty("url").GetString(),
            Is.EqualTo(Base),
            "requests from Swagger UI go under the base");
    }

    [Test]
    public async Task The_base_without_a_slash_is_the_root()
    {
        var root = await Kv.Send(HttpMethod.Get, Base);

        Assert.That(root.Body, Does.Contain($"href=\"{Base}/swagger\""));
    }

    [Test]
    public async Task The_redirect_of_Swagger_UI_stays_under_the_base()
    {
        var answer = await Kv.Send(HttpMethod.Get, $"{Base}/swagger");

        var led = new Uri(new Uri($"http://gateway{Base}/swagger"), answer.Header("Location"));
        Assert.That(led.AbsolutePath, Is.EqualTo($"{Base}/swagger/index.html"));
    }
}
