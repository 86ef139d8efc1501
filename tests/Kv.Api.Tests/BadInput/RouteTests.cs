using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

internal sealed class RouteTests(Engine engine) : EngineTests(engine)
{
    [TestCase("/nothing")]
    [TestCase("/kvx")]
    [TestCase("/kv2/k")]
    [TestCase("//kv/k")]
    [TestCase("/swagger/v2/swagger.json")]
    [TestCase("/nothing.html")]
    public async Task An_unknown_path_is_a_problem_404(string path) =>
        Expect.Problem(await RawHttp.Send(Host.Address, RawHttp.Request("GET", path, Kv)), 404, null);

    [TestCase("POST", "/kv/k")]
    [TestCase("OPTIONS", "/kv/k")]
    [TestCase("TRACE", "/kv/k")]
    [TestCase("NONSENSE", "/kv/k")]
    [TestCase("NONSENSE", "/kv")]
    public async Task A_method_that_a_path_does_not_have_is_a_problem_405_that_names_those_it_has(
        string method, string path)
    {
        var answer = await RawHttp.Send(Host.Address, RawHttp.Request(method, path, Kv, """{"key":"k","value":"v"}"""u8.ToArray()));

        Expect.Problem(answer, 405, null);
        Assert.That(answer.Headers["Allow"], Is.Not.Empty);
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404), "nothing was written");
    }

    [TestCase("GET /kv/k")]
    [TestCase("GET")]
    [TestCase("\0\0\0\0")]
    [TestCase("GET /kv/k HTTP/9.9")]
    [TestCase("GET kv/k HTTP/1.1")]
    [TestCase("G\u00cbT /kv/k HTTP/1.1")]
    public async Task A_malformed_request_line_is_refused_and_the_connection_ends(string line)
    {
        var request = System.Text.Encoding.Latin1.GetBytes($"{line}\r\nHost: localhost\r\n\r\n");

        var answer = await RawHttp.Send(Host.Address, request);

        Assert.That(answer.Status, Is.InRange(400, 505), answer.ToString());
        Expect.NothingOfTheInside(answer);
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404), "and Kv goes on");
    }
}
