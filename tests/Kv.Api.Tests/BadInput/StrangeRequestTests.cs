using System.Text;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.BadInput;

/// <summary>
/// Requests that only a broken or hostile client sends: each has its own answer, and none causes a fault in Kv.
/// </summary>
internal sealed class StrangeRequestTests(Engine engine) : EngineTests(engine)
{
    [TestCase("application/json;charset=")]
    [TestCase("application/json;x=")]
    [TestCase("application/json;;=")]
    [TestCase("application/json; charset=utf-99")]
    [TestCase("application/x+json")]
    [TestCase("application/vnd.api+json")]
    [TestCase("text/json")]
    [TestCase("json")]
    [TestCase("/")]
    public async Task A_body_of_another_type_than_json_is_415_wherever_json_is_read(string contentType)
    {
        string[] paths = ["/kv", "/bulk", "/txn", "/webhooks"];
        foreach (var path in paths)
        {
            var answer = await Kv.With(HttpMethod.Post, path, KvClient.Bytes("""{"key":"k","value":"v"}"""u8.ToArray(), contentType));
            Expect.Problem(answer, 415, "Invalid input", saying: "application/json");
        }
        Assert.That((await Kv.List("")).Status, Is.EqualTo(404), "nothing was written");
    }

    [TestCase("application/json;charset=")]
    [TestCase("text/plain;charset=")]
    [TestCase("image")]
    public async Task A_value_with_a_malformed_media_type_is_415(string contentType)
    {
        var answer = await Kv.With(HttpMethod.Put, "/kv/k", KvClient.Bytes("""{"value":"v"}"""u8.ToArray(), contentType));

        Expect.Problem(answer, 415, "Invalid input");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
    }

    [TestCase("/kv", """{"key":"k","value":"v"}""")]
    [TestCase("/bulk", """[{"op":"set","key":"k","value":"v"}]""")]
    [TestCase("/txn", """{"success":[{"op":"set","key":"k","value":"v"}]}""")]
    [TestCase("/webhooks", """{"key":"k","event":"*","endpoint":"http://localhost:9/"}""")]
    public async Task Half_a_character_of_utf_16_is_400(string path, string json)
    {
        byte[] body = [.. Encoding.Unicode.GetBytes(json), 0x20];

        var answer = await Kv.With(HttpMethod.Post, path, KvClient.Bytes(body, "application/json; charset=utf-16"));

        Expect.Problem(answer, 400, "Invalid input", "body");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404), "nothing was written");
    }

    // Kv parses these headers, which takes far longer than the read of a key.
    [TestCase("Accept", "a/b,")]
    [TestCase("Content-Type", "text/plain;a=b")]
    [TestCase("If-Match", "\"1\",")]
    [TestCase("If-None-Match", "\"1\",")]
    public async Task A_long_list_in_a_header_is_431(string header, string part)
    {
        await Kv.Put("k", "v");
        var longest = string.Concat(Enumerable.Repeat(part, 4_096 / part.Length));
        foreach (var path in new[] { "/kv/k", "/kv/none", "/bulk", "/nothing" })
        {
            var refused = await Send(path, $"{longest}{part}");
            Expect.Problem(refused, 431, "Invalid input");
            Assert.That(refused.Body, Does.Contain($"{header} may have at most 4096 characters"));
            Assert.That((await Send(path, longest)).Status, Is.Not.EqualTo(431).And.LessThan(500));
        }

        Task<Answer> Send(string path, string value) => header == "Content-Type"
            ? Kv.With(HttpMethod.Get, path, KvClient.Bytes([], value))
            : Kv.With(HttpMethod.Get, path, null, (header, value));
    }

    [TestCase("GET", "/deliveries/%20", "Delivery not found")]
    [TestCase("GET", "/deliveries/%09", "Delivery not found")]
    [TestCase("POST", "/deliveries/%0A/redeliver", "Delivery not found")]
    [TestCase("POST", "/webhooks/%20/ping", "Webhook not found")]
    [TestCase("POST", "/webhooks/%20/rotate-secret", "Webhook not found")]
    [TestCase("GET", "/webhooks/%20/deliveries", "Webhook not found")]
    public async Task An_id_of_white_space_is_not_found(string method, string path, string error) =>
        Expect.Problem(await Kv.Send(new HttpMethod(method), path), 404, error);

    [TestCase("\u00ad")]
    [TestCase("\u200d")]
    [TestCase("\uff0e")]
    [TestCase("\ud83d\ude00")]
    [TestCase("xn--")]
    [TestCase("xn--\u00e9")]
    [TestCase("a.\u0301b")]
    public async Task A_webhook_with_an_odd_host_name_is_accepted_or_refused(string host)
    {
        foreach (var name in new[] { host, $"{host}.example", string.Concat(Enumerable.Repeat(host, 30)) })
        {
            var answer = await Kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"*","endpoint":"http://{{name}}/"}""");
            Assert.That(answer.Status, Is.EqualTo(201).Or.EqualTo(400), answer.ToString());
        }
    }

    [TestCase("http://host?/kv/k")]
    [TestCase("http://host?x=/kv/k")]
    public async Task A_target_without_a_path_names_no_key(string target)
    {
        await Kv.Put("k", "v");

        var answer = await RawHttp.Send(Host.Address, RawHttp.Request("GET", target, Kv));

        Assert.That(answer.Status, Is.Not.EqualTo(200).And.LessThan(500), answer.ToString());
        Assert.That(answer.Body, Does.Not.Contain("\"value\""));
    }

    [TestCase("delete")]
    [TestCase("Delete")]
    public async Task A_method_in_lower_case_does_nothing(string method)
    {
        await Kv.Put("k", "v");

        var answer = await RawHttp.Send(Host.Address, RawHttp.Request(method, "/kv/k", Kv));

        Expect.Problem(answer, 400, "Invalid input", saying: "DELETE");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(200), "the key is still there");
    }
}
