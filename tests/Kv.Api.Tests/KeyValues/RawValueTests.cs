using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Values as their bytes, with their media types.</summary>
internal sealed class RawValueTests(Engine engine) : EngineTests(engine)
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0xFF];

    [Test]
    public async Task Bytes_and_their_type_are_read_unchanged()
    {
        var put = await Put("logo", Png, "image/png", ("KV-TTL", "600"));
        Assert.That(put.Status, Is.EqualTo(200), put.ToString());
        Assert.That(put.Json.GetProperty("ttl").GetInt64(), Is.EqualTo(600));

        var uri = new Uri(Host.Address, "/kv/logo?raw");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Add("KV-Namespace", Kv.Namespace);
        request.Headers.Add("KV-App-Name", Kv.AppName);
        using var response = await Host.Http.SendAsync(request);

        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.EqualTo(Png));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("image/png"));
        Assert.That(response.Headers.ETag!.Tag, Is.EqualTo(put.Header("ETag")));
        Assert.That(long.Parse(response.Headers.GetValues("KV-TTL").Single(), null), Is.InRange(500, 600));
    }

    [Test]
    public async Task In_JSON_binary_values_are_base64_with_their_encoding()
    {
        await Put("logo", Png, "image/png");
        await Put("text", "grüße"u8.ToArray(), "text/plain; charset=utf-8");

        var logo = (await Kv.Get("logo")).Json;
        var listed = (await Kv.List("logo")).Json[0];

        Assert.That(logo.GetProperty("encoding").GetString(), Is.EqualTo("base64"));
        Assert.That(logo.GetProperty("value").GetBytesFromBase64(), Is.EqualTo(Png));
        Assert.That(listed.GetProperty("value").GetBytesFromBase64(), Is.EqualTo(Png));
        Assert.That((await Kv.Get("text")).Body, Is.EqualTo("""{"key":"text","value":"grüße","ttl":null,"expire_at":null}"""));
    }

    [Test]
    public async Task A_stored_page_has_a_foreign_origin()
    {
        await Put("page", "<script>alert(1)</script>"u8.ToArray(), "text/html");

        var page = await Get("page", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

        Assert.That((page.Status, page.ContentType), Is.EqualTo((200, "text/html")));
        Assert.That(page.Header("X-Content-Type-Options"), Is.EqualTo("nosniff"));
        Assert.That(
            page.Header("Content-Security-Policy"),
            Does.Contain("sandbox").And.Contain("default-src 'none'").And.Not.Contain("allow-"));
        Assert.That(page.Headers["Vary"], Does.Contain("Accept"));
    }

    [TestCase(null, "application/json")]
    [TestCase("*/*", "application/json")]
    [TestCase("application/json", "application/json")]
    [TestCase("application/*", "application/json")]
    [TestCase("application/json, text/plain, */*", "application/json")]
    [TestCase("image/png", "image/png")]
    [TestCase("image/*", "image/png")]
    [TestCase("IMAGE/PNG", "image/png")]
    [TestCase("image/*;q=0.5, application/json;q=0.4", "image/png")]
    [TestCase("image/*;q=0.4, application/json;q=0.5", "application/json")]
    [TestCase("image/png;q=0, */*", "application/json")]
    [TestCase("application/octet-stream", "application/octet-stream")]
    [TestCase("application/json;q=0, */*;q=0.1", "image/png")]
    public async Task Accept_chooses_between_json_and_the_bytes(string? accept, string contentType)
    {
        await Put("logo", Png, "image/png");

        var answer = await Get("logo", accept);

        Assert.That((answer.Status, answer.ContentType), Is.EqualTo((200, contentType)), answer.ToString());
        Assert.That(answer.Headers["Vary"], Does.Contain("Accept"));
    }

    [TestCase("text/plain", "text/plain")]
    [TestCase("text/*", "text/plain")]
    [TestCase("application/octet-stream", "application/octet-stream")]
    public async Task A_value_without_a_type_is_text_or_bytes(string accept, string contentType)
    {
        await Kv.Put("k", "v");

        var answer = await Get("k", accept);

        Assert.That((answer.Status, answer.ContentType, answer.Body), Is.EqualTo((200, contentType, "v")));
    }

    [Test]
    public async Task A_type_that_is_not_acceptable_is_refused_with_the_available_types()
    {
        await Put("logo", Png, "image/png");

        var answer = await Get("logo", "text/html");

        Expect.Problem(answer, 406, "Not acceptable");
        Assert.That(
            answer.Json.GetProperty("detail").GetString(), Does.Contain("image/png").And.Contain("application/json"));
        Expect.Problem(await Get("absent", "text/html"), 404, "Key not found");
    }

    [Test]
    public async Task A_value_set_without_a_type_loses_its_former_type()
    {
        await Put("k", "<p>"u8.ToArray(), "text/html");
        await Kv.Put("k", "plain");

        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/k?raw")).ContentType, Is.EqualTo("text/plain"));

        await Put("k", "<p>"u8.ToArray(), "text/html");
        await Kv.Delete("k");
        await Kv.Put("k", "plain");
        Assert.That((await Kv.Send(HttpMethod.Get, "/kv/k?raw")).ContentType, Is.EqualTo("text/plain"));
    }

    [Test]
    public async Task A_value_and_its_type_change_together()
    {
        await Put("k", "a"u8.ToArray(), "text/a");
        var writing = Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            number % 2 == 0 ? Put("k", "a"u8.ToArray(), "text/a") : Put("k", "b"u8.ToArray(), "text/b")));

        for (var reads = 0; reads < 40; reads++)
        {
            var raw = await Kv.Send(HttpMethod.Get, "/kv/k?raw");
            Assert.That(raw.ContentType, Is.EqualTo($"text/{raw.Body}"));
        }

        Assert.That((await writing).Select(answer => answer.Status), Has.All.EqualTo(200));
    }

    [Test]
    public async Task Conditions_apply_to_bytes_too()
    {
        var etag = (await Put("k", "1"u8.ToArray(), "text/plain")).Header("ETag")!;

        Expect.Problem(
            await Put("k", "2"u8.ToArray(), "text/plain", ("If-None-Match", "*")), 412, "Precondition failed");
        Assert.That((await Put("k", "2"u8.ToArray(), "text/plain", ("If-Match", etag))).Status, Is.EqualTo(200));
        Assert.That((await Kv.With(HttpMethod.Get, "/kv/k?raw", null, ("If-None-Match", etag))).Body, Is.EqualTo("2"));
    }

    [Test]
    public async Task A_value_at_the_limit_is_accepted_and_one_byte_more_is_not()
    {
        const int limit = 1024 * 1024;

        Assert.That((await Put("k", new byte[limit], "application/octet-stream")).Status, Is.EqualTo(200));
        Expect.Problem(
            await Put("k", new byte[limit + 1], "application/octet-stream"), 400,
            $"Value too large (max {limit} bytes)", "value");
        Assert.That(
            (await Kv.With(HttpMethod.Head, "/kv/k?raw", null)).Header("Content-Length"), Is.EqualTo($"{limit}"));
    }

    [TestCase("x", "seconds")]
    [TestCase("1.5", "seconds")]
    public async Task A_ttl_header_that_is_not_a_number_is_refused(string ttl, string saying)
    {
        Expect.Problem(await Put("k", "v"u8.ToArray(), "text/plain", ("KV-TTL", ttl)), 400, null, "KV-TTL", saying);
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_ttl_header_out_of_the_range_is_refused_with_the_range() => Expect.Problem(
        await Put("k", "v"u8.ToArray(), "text/plain", ("KV-TTL", "-1")), 400,
        "TTL must be between 0 and 31536000 seconds", "ttl");

    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("multipart/form-data; boundary=x")]
    [TestCase("application/json, application/json")]
    [TestCase("application/json utf-8")]
    [TestCase("nonsense")]
    [TestCase("")]
    public async Task Form_types_and_malformed_content_types_are_refused(string contentType)
    {
        Expect.Problem(await Put("k", "value=v"u8.ToArray(), contentType), 415, "Invalid input");
        Assert.That((await Kv.Get("k")).Status, Is.EqualTo(404));
    }

    private Task<Answer> Put(string key, byte[] value, string contentType, params (string, string)[] headers) =>
        Kv.With(HttpMethod.Put, KvClient.PathOf(key), KvClient.Bytes(value, contentType), headers);

    private Task<Answer> Get(string key, string? accept) =>
        Kv.With(HttpMethod.Get, KvClient.PathOf(key), null, accept is null ? [] : [("Accept", accept)]);
}
