using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Transfers;

/// <summary>Export and import of all keys: <c>GET /export</c> and <c>POST /import</c>.</summary>
internal sealed class TransferTests(Engine engine) : EngineTests(engine)
{
    [Test]
    public async Task An_export_after_an_import_equals_the_first_export()
    {
        await Kv.Put("b", "grüße\n\"x\"");
        await Kv.Put("a/1", "1", 600);
        await Kv.With(HttpMethod.Put, "/kv/a%2F2", KvClient.Bytes([0xFF, 0x00], "image/png"));
        var export = await Kv.Send(HttpMethod.Get, "/export");
        var other = Host.NewTenant();

        var import = await Import(other, export.Body);
        var again = await other.Send(HttpMethod.Get, "/export");

        Assert.That(export.ContentType, Is.EqualTo("application/x-ndjson"));
        Assert.That(Lines(export.Body).Select(line => Key(line)), Is.EqualTo(new[] { "a/1", "a/2", "b" }));
        Assert.That(Lines(import.Body).Single(), Is.EqualTo("""{"done":true,"read":3,"written":3,"skipped":0,"expired":0}"""));
        Assert.That(again.Body, Is.EqualTo(export.Body));
        Assert.That((await other.Send(HttpMethod.Get, "/kv/a/2?raw")).ContentType, Is.EqualTo("image/png"));
        Assert.That(Lines((await Kv.Send(HttpMethod.Get, "/export?prefix=a/")).Body), Has.Length.EqualTo(2));
        Assert.That((await Host.NewTenant().Send(HttpMethod.Get, "/export")).Body, Is.Empty);
    }

    [Test]
    public async Task Tens_of_thousands_of_keys_are_imported_and_exported_unchanged()
    {
        var lines = string.Concat(Enumerable.Range(0, 20_000).Select(number =>
            string.Create(CultureInfo.InvariantCulture, $$"""{"key":"k{{number:d5}}","value":"v{{number}}","ttl":"never"}""") + "\n"));

        var import = await Import(Kv, lines);
        var export = await Kv.Send(HttpMethod.Get, "/export");

        Assert.That(Lines(import.Body)[^1], Is.EqualTo("""{"done":true,"read":20000,"written":20000,"skipped":0,"expired":0}"""));
        Assert.That(export.Body, Is.EqualTo(lines));
    }

    [Test]
    public async Task The_mode_decides_about_existing_keys()
    {
        await Kv.Put("b", "old");
        const string lines = """
            {"key":"a","value":"new"}
            {"key":"b","value":"new"}
            {"key":"c","value":"new"}
            """;

        var skip = await Import(Kv, lines, "?mode=skip");
        Assert.That(Lines(skip.Body)[^1], Is.EqualTo("""{"done":true,"read":3,"written":2,"skipped":1,"expired":0}"""));
        Assert.That(await Value("b"), Is.EqualTo("old"));
        await Kv.Delete("a");
        await Kv.Delete("c");

        var fail = await Import(Kv, lines, "?mode=fail");
        Expect.Problem(fail, 400, "Invalid input");
        Assert.That(
            fail.Json.GetProperty("import").GetRawText(),
            Is.EqualTo("""{"done":false,"read":1,"written":1,"skipped":0,"expired":0,"error":{"line":2,"message":"The key 'b' exists","field":"key"}}"""));
        Assert.That((await Value("a"), await Value("b"), (await Kv.Get("c")).Status), Is.EqualTo(("new", "old", 404)));

        Assert.That((await Import(Kv, lines)).Status, Is.EqualTo(200));
        Assert.That(await Value("b"), Is.EqualTo("new"));
    }

    [TestCase("overwrite", """{"done":true,"read":3,"written":3,"skipped":0,"expired":0}""")]
    [TestCase("skip", """{"done":true,"read":3,"written":2,"skipped":1,"expired":0}""")]
    public async Task A_dry_run_reports_the_effect_and_writes_nothing(string mode, string report)
    {
        await Kv.Put("b", "old");
        const string lines = """
            {"key":"a","value":"new"}
            {"key":"b","value":"new"}

            {"key":"c","value":"new"}
            """;

        var answer = await Import(Kv, lines, $"?mode={mode}&dry_run=true");

        Assert.That(Lines(answer.Body)[^1], Is.EqualTo(report));
        Assert.That(((await Kv.Get("a")).Status, await Value("b")), Is.EqualTo((404, "old")));
        Assert.That(
            (await Import(Kv, lines, "?mode=fail&dry_run=true")).Json.GetProperty("import").GetProperty("read")
                .GetInt64(), Is.EqualTo(1));
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));
    }

    [TestCase("overwrite", """{"done":true,"read":4,"written":3,"skipped":0,"expired":1}""")]
    [TestCase("skip", """{"done":true,"read":4,"written":1,"skipped":2,"expired":1}""")]
    [TestCase("fail", """{"done":false,"read":2,"written":1,"skipped":0,"expired":1,"error":{"line":3,"message":"The key 'a' exists","field":"key"}}""")]
    public async Task A_dry_run_counts_the_same_as_the_import(string mode, string report)
    {
        const string lines = """
            {"key":"a","value":"gone","expire_at":1000000000}
            {"key":"a","value":"first"}
            {"key":"a","value":"again"}
            {"key":"a","value":"and again"}
            """;

        var reports = new List<string>();
        foreach (var dryRun in new[] { true, false })
        {
            var answer = await Import(Kv, lines, $"?mode={mode}&dry_run={(dryRun ? "true" : "false")}");
            reports.Add(answer.Status == 200 ? Lines(answer.Body)[^1] : answer.Json.GetProperty("import").GetRawText());
        }

        Assert.That(reports, Is.EqualTo(new[] { report, report }));
    }

    [TestCase("a*")]
    [TestCase("a\\nb")]
    public async Task Names_that_are_no_longer_allowed_are_imported_unchanged(string name)
    {
        var line = $$"""{"key":"{{name}}","value":"v","ttl":"never"}""" + "\n";

        Assert.That((await Import(Kv, line)).Body, Does.Contain("\"written\":1"));

        Assert.That((await Kv.Send(HttpMethod.Get, "/export")).Body, Is.EqualTo(line));
    }

    [TestCase("nonsense", "not a JSON object", null)]
    [TestCase("""{"key":"x"}""", "value is required", "value")]
    [TestCase("""{"value":"x"}""", "key is required", "key")]
    [TestCase("""{"key":"","value":"x"}""", "Key must not be empty", "key")]
    [TestCase("""{"key":"x","value":"x","expires":1}""", "not a member", "expires")]
    [TestCase("""{"key":"x","value":"x","ttl":-1}""", "31536000", "ttl")]
    [TestCase("""{"key":"x","value":"x","expire_at":99999999999}""", "31536000", "ttl")]
    [TestCase("""{"key":"x","value":"x","ttl":1,"expire_at":1}""", "expire_at", "ttl")]
    [TestCase("""["key","x"]""", "JSON object", null)]
    public async Task An_import_ends_at_a_broken_line(string broken, string saying, string? field)
    {
        // The lines fit into one batch, so no progress is reported before the error.
        var answer = await Import(Kv, Broken(50, broken));

        Expect.Problem(answer, 400, "Invalid input");
        var error = answer.Json.GetProperty("import").GetProperty("error");
        Assert.That(error.GetProperty("message").GetString(), Does.Contain(saying));
        Assert.That(error.TryGetProperty("field", out var named) ? named.GetString() : null, Is.EqualTo(field));
        await AssertEndsAfter(50, answer.Json.GetProperty("import"));
    }

    [Test]
    public async Task An_import_keeps_all_lines_before_a_broken_line()
    {
        var answer = await Import(Kv, Broken(250, "nonsense"));

        // If a batch takes longer than a second, a report of the progress begins the answer.
        await AssertEndsAfter(
            250, answer.Status == 200 ? Json(Lines(answer.Body)[^1]) : answer.Json.GetProperty("import"));
    }

    [Test]
    public async Task An_expired_key_is_not_imported()
    {
        var answer = await Import(Kv, """
            {"key":"gone","value":"v","expire_at":1000000000}
            {"key":"here","value":"v"}
            """);

        Assert.That(Lines(answer.Body)[^1], Is.EqualTo("""{"done":true,"read":2,"written":1,"skipped":0,"expired":1}"""));
        Assert.That((await Kv.Get("gone")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task The_last_line_of_a_key_wins()
    {
        var answer = await Import(Kv, string.Join('\n', Enumerable.Range(0, 300).Select(number => $$"""{"key":"k{{number % 3}}","value":"{{number}}"}""")));

        Assert.That(Lines(answer.Body)[^1], Does.Contain("\"written\":300"));
        Assert.That((await Value("k0"), await Value("k1"), await Value("k2")), Is.EqualTo(("297", "298", "299")));
    }

    [TestCase("")]
    [TestCase("\n")]
    public async Task A_line_that_is_too_long_is_refused(string end)
    {
        var answer = await Import(Kv, """{"key":"a","value":"1"}""" + "\n" + new string('x', 7 * 1024 * 1024) + end);

        Expect.Problem(answer, 400, "Invalid input");
        Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("Line 2").And.Contain("too long"));
        Assert.That(await Value("a"), Is.EqualTo("1"));
    }

    [Test]
    public async Task A_deeply_nested_line_is_refused()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);

        var answer = await Import(Kv, $$"""{"key":"a","value":{{deep}}}""");

        Expect.Problem(answer, 400, "Invalid input");
        Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("Line 1"));
    }

    [Test]
    public async Task A_compressed_body_is_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"key":"a","value":"1"}""" + "\n", 100_000))));
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        content.Headers.ContentEncoding.Add("gzip");

        Expect.Problem(await Kv.With(HttpMethod.Post, "/import", content), 415, "Invalid input");
        Assert.That((await Kv.Get("a")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task An_import_whose_sender_vanishes_keeps_its_complete_lines()
    {
        var lines = string.Concat(Enumerable.Range(0, 1_000).Select(number => $$"""{"key":"k{{number:d4}}","value":"{{new string('v', 1000)}}"}""" + "\n"));
        var request = RawHttp.Request(
            "POST", "/import", Kv, null, "Content-Type: application/x-ndjson", $"Content-Length: {lines.Length * 2}");
        using (var socket = await RawHttp.Connect(Host.Address))
        {
            await socket.SendAsync(request);
            await socket.SendAsync(Encoding.ASCII.GetBytes(lines));
            await Eventually.Holds(async () => (await Kv.Get("k0500")).Status == 200, "the import is well under way");
            socket.LingerState = new LingerOption(true, 0);
        }

        var keys = (await Kv.List("k")).Json.EnumerateArray().Select(key => key.GetProperty("key").GetString())
            .ToArray();
        Assert.That(keys, Is.EqualTo(Enumerable.Range(0, keys.Length).Select(number => $"k{number:d4}")), "no gap");
    }

    [Test]
    public async Task An_import_that_ends_at_a_line_leaves_its_connection_open()
    {
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var kv = new KvClient(http, Host.Address, Kv.Namespace, Kv.AppName);

        for (var i = 0; i < 5; i++)
        {
            var import = await Import(kv, """
                {"key":"a","value":"1"}
                nonsense
                {"key":"b","value":"2"}
                """);
            Assert.That(import.Status, Is.EqualTo(400), import.ToString());
            Assert.That((await kv.Put("c", "3")).Status, Is.EqualTo(200));
        }

        Assert.That(connections, Is.EqualTo(1));
        Assert.That((await Kv.Get("b")).Status, Is.EqualTo(404));
    }

    [TestCase("?mode=merge", "mode", "overwrite, skip, fail")]
    [TestCase("?dry_run=maybe", "dry_run", "true, false")]
    public async Task A_wrong_parameter_is_refused_by_its_name(string query, string field, string saying) =>
        Expect.Problem(await Import(Kv, "{}", query), 400, null, field, saying);

    [Test]
    public async Task A_body_of_another_type_is_refused() => Expect.Problem(
        await Kv.With(HttpMethod.Post, "/import", KvClient.Json("[]"u8.ToArray())), 415, "Invalid input");

    private static string Broken(int lines, string broken) =>
        string.Join('\n', Enumerable.Range(1, lines).Select(number => $$"""{"key":"k{{number:d3}}","value":"v"}""")
            .Append(broken).Append("""{"key":"z","value":"behind"}"""));

    private async Task AssertEndsAfter(int lines, JsonElement report)
    {
        Assert.That(
            (report.GetProperty("read").GetInt64(), report.GetProperty("written").GetInt64()),
            Is.EqualTo((lines, lines)));
        Assert.That(report.GetProperty("error").GetProperty("line").GetInt64(), Is.EqualTo(lines + 1));
        Assert.That(
            ((await Kv.Get($"k{lines:d3}")).Status, (await Kv.Get("z")).Status), Is.EqualTo((200, 404)));
    }

    private static JsonElement Json(string line) => JsonDocument.Parse(line).RootElement;

    private static string[] Lines(string body) => body.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Key(string line) => Json(line).GetProperty("key").GetString()!;

    private static Task<Answer> Import(KvClient kv, string lines, string query = "")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(lines));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return kv.With(HttpMethod.Post, $"/import{query}", content);
    }

    private async Task<string?> Value(string key) => (await Kv.Get(key)).Json.GetProperty("value").GetString();
}
