using System.Text.Json;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.OpenApi;

internal sealed class DocumentTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private KvHost _host = null!;

    [SetUp]
    public async Task UseTheSharedHost() => _host = await SharedHosts.Get(Engine.Embedded);

    [Test]
    public async Task The_document_in_docs_is_the_one_that_is_served()
    {
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "openapi.json")))!;
        var served = JsonNode.Parse((await Get("/swagger/v1/swagger.json")).Body)!;

        Assert.That(
            kept.ToJsonString(Indented), Is.EqualTo(served.ToJsonString(Indented)),
            "docs/openapi.json is not what Kv serves. Run scripts/openapi.sh and look at what changed.");
    }

    [Test]
    public async Task Every_operation_says_what_it_does_for_whom_and_how_it_can_fail()
    {
        var document = (await Get("/swagger/v1/swagger.json")).Json;
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => ($"{method.Name} {path.Name}", method.Value)))
            .ToArray();

        Assert.That(operations, Is.Not.Empty);
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, operation) in operations)
            {
                Assert.That(operation.GetProperty("summary").GetString(), Is.Not.Empty, name);
                // Health is nobody's in particular, and answers in its own form.
                if (name is "get /livez" or "get /readyz")
                    continue;
                // What is about the deployment is about no tenant.
                var isOfATenant = !name.Contains(" /admin/", StringComparison.Ordinal);
                var headers = !isOfATenant ? ["KV-Namespace", "KV-App-Name"] : operation.GetProperty("parameters").EnumerateArray()
                    .Where(parameter => parameter.GetProperty("in").GetString() == "header")
                    .Select(parameter => parameter.GetProperty("name").GetString()).ToArray();
                Assert.That(headers, Is.SupersetOf(new[] { "KV-Namespace", "KV-App-Name" }), name);
                var responses = operation.GetProperty("responses").EnumerateObject().ToArray();
                Assert.That(responses.Select(response => response.Name), Is.SupersetOf(new[] { "400", "401", "403", "503" }), name);
                foreach (var response in responses)
                {
                    Assert.That(response.Value.GetProperty("description").GetString(), Is.Not.Empty, $"{name} {response.Name}");
                    if (response.Name[0] is '4' or '5')
                        ExpectExample(response.Value, $"{name} {response.Name}", int.Parse(response.Name, null));
                }
            }
        }
    }

    [Test]
    public async Task The_health_calls_are_in_the_document_and_answer_as_it_shows()
    {
        var paths = (await Get("/swagger/v1/swagger.json")).Json.GetProperty("paths");

        foreach (var path in new[] { "/livez", "/readyz" })
        {
            var example = paths.GetProperty(path).GetProperty("get").GetProperty("responses").GetProperty("200")
                .GetProperty("content").GetProperty("application/json").GetProperty("example");
            Assert.That(Expect.Members((await Get(path)).Json), Is.EqualTo(Expect.Members(example)), path);
        }
    }

    [Test]
    public async Task The_document_names_members_as_they_are_on_the_wire()
    {
        var schemas = (await Get("/swagger/v1/swagger.json")).Json.GetProperty("components").GetProperty("schemas");

        Assert.That(Members("StoredKeyValue"), Is.EqualTo(new[] { "key", "value", "encoding", "ttl", "expire_at" }));
        Assert.That(Members("WrittenKeyValue"), Is.EqualTo(new[] { "key", "value", "ttl", "expire_at" }));
        Assert.That(Members("CreateKeyValueBody"), Is.EqualTo(new[] { "key", "value", "ttl" }));
        Assert.That(Members("SetKeyValueBody"), Is.EqualTo(new[] { "value", "ttl" }));
        Assert.That(Members("StoredWebhook"), Is.EqualTo(new[]
        {
            "id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "payload", "add_event_data", "created_at",
            "changed_only", "timeout_seconds", "secret", "status", "disabled_reason",
        }));
        Assert.That(Members("PingAnswer"), Is.EqualTo(new[] { "at", "duration_ms", "status", "error", "answer", "accepted" }));
        Assert.That(Members("StoredDelivery"), Is.EqualTo(new[]
        {
            "id", "webhook_id", "status", "event", "key", "revision", "attempts", "next_attempt_at", "failed_reason",
        }));

        string[] Members(string schema) => Expect.Members(schemas.GetProperty(schema).GetProperty("properties"));
    }

    [Test]
    public async Task Headers_show_under_their_configured_names()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded, ("HEADER_NAMESPACE", "X-Space"), ("HEADER_APPNAME", "X-App"), ("DEFAULT_NAMESPACE", "home"));

        var document = await Answer.Of(await host.Http.GetAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative)));

        Assert.That(document.Body, Does.Contain("\"X-Space\"").And.Contain("\"X-App\"").And.Contain("`home`"));
        Assert.That(document.Body, Does.Not.Contain("\"KV-Namespace\""));
    }

    [Test]
    public async Task Swagger_UI_is_a_page_and_the_root_leads_to_it()
    {
        var root = await Get("/");
        var page = await Get("/swagger/index.html");

        Assert.That(root.Status, Is.EqualTo(302));
        Assert.That(root.Header("Location"), Is.EqualTo("/swagger"));
        Assert.That((await Get("/swagger")).Status, Is.EqualTo(301).Or.EqualTo(302).Or.EqualTo(200));
        Assert.That(page.Status, Is.EqualTo(200));
        Assert.That(page.ContentType, Is.EqualTo("text/html"));
        Assert.That(page.Body, Does.Contain("swagger-ui"));
    }

    private static void ExpectExample(JsonElement response, string name, int status)
    {
        var content = response.GetProperty("content");
        Assert.That(Expect.Members(content), Is.EqualTo(new[] { "application/problem+json" }), name);
        var problem = content.GetProperty("application/problem+json");
        Assert.That(problem.TryGetProperty("example", out var example), Is.True, $"{name} has an example");
        Assert.That(example.GetProperty("status").GetInt32(), Is.EqualTo(status), name);
        Assert.That(example.GetProperty("error").GetString(), Is.Not.Empty, name);
    }

    private async Task<Answer> Get(string path) =>
        await Answer.Of(await _host.Http.GetAsync(new Uri(path, UriKind.Relative)));
}
