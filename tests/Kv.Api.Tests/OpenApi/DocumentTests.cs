using System.Text.Json;
using System.Text.Json.Nodes;
using Kv.Api.Health;
using Kv.Api.OpenApi;
using Kv.Api.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

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
    public async Task Every_operation_has_a_summary_the_tenant_headers_and_its_errors()
    {
        var document = (await Get("/swagger/v1/swagger.json")).Json;
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(
                path => path.Value.EnumerateObject().Select(method => ($"{method.Name} {path.Name}", method.Value)))
            .ToArray();

        Assert.That(operations, Is.Not.Empty);
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, operation) in operations)
            {
                Assert.That(operation.GetProperty("summary").GetString(), Is.Not.Empty, name);
                // Health belongs to no tenant, and answers in its own form.
                if (name is "get /livez" or "get /readyz")
                    continue;
                // Calls about the deployment or about all tenants have no tenant.
                var isOfATenant = !name.Contains(" /admin/", StringComparison.Ordinal)
                    && name is not ("get /tenants" or "get /whoami");
                var headers = !isOfATenant
                    ? ["KV-Namespace", "KV-App-Name"]
                    : operation.GetProperty("parameters").EnumerateArray()
                    .Where(parameter => parameter.GetProperty("in").GetString() == "header")
                    .Select(parameter => parameter.GetProperty("name").GetString()).ToArray();
                Assert.That(headers, Is.SupersetOf(new[] { "KV-Namespace", "KV-App-Name" }), name);
                var responses = operation.GetProperty("responses").EnumerateObject().ToArray();
                Assert.That(
                    responses.Select(response => response.Name),
                    Is.SupersetOf(new[] { "400", "401", "403", "503" }), name);
                foreach (var response in responses)
                {
                    Assert.That(
                        response.Value.GetProperty("description").GetString(), Is.Not.Empty, $"{name} {response.Name}");
                    if (name.StartsWith("head ", StringComparison.Ordinal))
                        Assert.That(
                            response.Value.TryGetProperty("content", out _), Is.False, $"{name} {response.Name}");
                    else if (response.Name[0] is '4' or '5')
                        ExpectExample(response.Value, $"{name} {response.Name}", int.Parse(response.Name, null));
                }
            }
        }
    }

    [Test]
    public async Task Every_operation_has_a_name_and_no_answer_two_shapes()
    {
        var document = (await Get("/swagger/v1/swagger.json")).Json;
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => method.Value)).ToArray();

        var names = operations.Select(operation => operation.GetProperty("operationId").GetString()).ToArray();
        Assert.That(names, Is.Unique.And.None.Empty);
        Assert.That(names[..4], Is.EqualTo(new[] { "executeBulk", "getKeyHistory", "deleteKeys", "listKeys" }));
        foreach (var answer in operations.SelectMany(operation => operation.GetProperty("responses").EnumerateObject()))
            if (answer.Value.TryGetProperty("content", out var content))
                foreach (var type in content.EnumerateObject())
                    Assert.That(type.Value.GetProperty("schema").TryGetProperty("oneOf", out _), Is.False);
        Assert.That(document.GetProperty("servers")[0].GetProperty("url").GetString(), Is.EqualTo("/"));
        Assert.That(document.GetProperty("tags")[0].GetProperty("name").GetString(), Is.EqualTo("Keys"));
        Assert.That(
            document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("description").GetString()),
            Is.Unique.And.None.Empty);
        Assert.That(
            document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()),
            Is.EquivalentTo(operations.SelectMany(operation => operation.GetProperty("tags").EnumerateArray())
                .Select(tag => tag.GetString()).Distinct()),
            "each group of operations is described");
        Assert.That(
            document.GetProperty("info").GetProperty("version").GetString(),
            Is.EqualTo(ProgramVersion.Text));
    }

    [Test]
    public async Task The_health_calls_are_in_the_document_and_match_it()
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
        Assert.That(Members("WrittenKeyValue"), Is.EqualTo(new[] { "key", "value", "encoding", "ttl", "expire_at" }));
        Assert.That(Members("CreateKeyValueBody"), Is.EqualTo(new[] { "key", "value", "encoding", "ttl" }));
        Assert.That(Members("SetKeyValueBody"), Is.EqualTo(new[] { "value", "encoding", "ttl" }));
        Assert.That(Members("StoredWebhook"), Is.EqualTo(new[]
        {
            "id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "headers_not_sent",
            "payload", "add_event_data", "created_at",
            "changed_only", "include_previous", "timeout_seconds", "secret", "status", "disabled_reason",
            "registered_by", "dropped", "dropped_since",
        }));
        Assert.That(
            Members("PingAnswer"),
            Is.EqualTo(new[] { "at", "duration_ms", "status", "error", "answer", "accepted", "request" }));
        Assert.That(Members("PingRequest"), Is.EqualTo(new[] { "headers", "body" }));
        Assert.That(Members("StoredDelivery"), Is.EqualTo(new[]
        {
            "id", "webhook_id", "status", "event", "key", "revision", "attempts", "attempt_count", "next_attempt_at",
            "failed_reason",
        }));

        string[] Members(string schema) => Expect.Members(schemas.GetProperty(schema).GetProperty("properties"));
    }

    [TestCase("AuditEntryChange", "operation", 13)]
    [TestCase("ApiKeyAnswer", "verbs", 4)]
    [TestCase("CreateApiKeyBody", "verbs", 4)]
    [TestCase("PreviousKeyValue", "encoding", 1)]
    [TestCase("RegisterWebhookBody", "method", 7)]
    [TestCase("StoredDelivery", "event", 4)]
    [TestCase("TransferredKey", "encoding", 1)]
    [TestCase("UpdateWebhookBody", "method", 7)]
    [TestCase("WatchedKey", "encoding", 1)]
    [TestCase("WatchedKey", "reason", 2)]
    public async Task A_member_with_fixed_values_lists_them(string schema, string name, int count)
    {
        var schemas = (await Get("/swagger/v1/swagger.json")).Json.GetProperty("components").GetProperty("schemas");
        var member = schemas.GetProperty(schema).GetProperty("properties").GetProperty(name);

        Assert.That(
            (member.TryGetProperty("items", out var items) ? items : member).GetProperty("enum").EnumerateArray()
                .Count(value => value.ValueKind == JsonValueKind.String),
            Is.EqualTo(count));
    }

    [Test]
    public async Task A_parameter_with_fixed_values_lists_them_and_a_flag_is_a_boolean()
    {
        var paths = (await Get("/swagger/v1/swagger.json")).Json.GetProperty("paths");

        Assert.That(
            Schema("/webhooks/{id}/deliveries", "get", "status").GetProperty("enum").GetArrayLength(), Is.EqualTo(3));
        Assert.That(
            Schema("/admin/apikeys/{id}", "delete", "disable_webhooks").GetProperty("type").GetString(),
            Is.EqualTo("boolean"));

        JsonElement Schema(string path, string method, string name) =>
            paths.GetProperty(path).GetProperty(method).GetProperty("parameters")
            .EnumerateArray().Single(parameter => parameter.GetProperty("name").GetString() == name)
                .GetProperty("schema");
    }

    [Test]
    public async Task It_is_created_once_for_all_requests_and_path_bases()
    {
        var documents = new CountedDocuments();
        var served = new ServedDocument(_ => Task.CompletedTask, documents);

        foreach (var pathBase in new[] { "", "/api", "/\"", "" })
        {
            using var body = new MemoryStream();
            var context = new DefaultHttpContext
            {
                Request = { Method = "GET", PathBase = pathBase, Path = "/swagger/v1/swagger.json" },
                Response = { Body = body },
            };
            await served.Invoke(context);
            var url = JsonNode.Parse(body.ToArray())!["servers"]![0]!["url"]!.GetValue<string>();
            Assert.That(url, Is.EqualTo(pathBase.Length > 0 ? pathBase : "/"));
        }

        Assert.That(documents.Created, Is.EqualTo(1));
    }

    [Test]
    public async Task Headers_show_under_their_configured_names()
    {
        await using var host = await KvHost.Start(
            Engine.Embedded, ("HEADER_NAMESPACE", "X-Space"), ("HEADER_APPNAME", "X-App"),
            ("DEFAULT_NAMESPACE", "home"));

        var document = await Answer.Of(await host.Http.GetAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative)));

        Assert.That(document.Body, Does.Contain("\"X-Space\"").And.Contain("\"X-App\"").And.Contain("`home`"));
        Assert.That(document.Body, Does.Not.Contain("\"KV-Namespace\""));
    }

    [Test]
    public async Task Swagger_UI_is_a_page_and_the_root_leads_to_it()
    {
        var root = await Get("/");
        var page = await Get("/swagger/index.html");

        Assert.That(root.Status, Is.EqualTo(200));
        Assert.That(root.Body, Does.Contain("href=\"/swagger\""));
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
        Assert.That(example.EnumerateObject().Count(), Is.LessThanOrEqualTo(4), $"{name} is short");
    }

    private async Task<Answer> Get(string path) =>
        await Answer.Of(await _host.Http.GetAsync(new Uri(path, UriKind.Relative)));

    private sealed class CountedDocuments : IAsyncSwaggerProvider
    {
        public int Created { get; private set; }

        public Task<OpenApiDocument> GetSwaggerAsync(string documentName, string? host = null, string? basePath = null)
        {
            Created++;
            return Task.FromResult(new OpenApiDocument { Info = new OpenApiInfo { Title = "Kv", Version = "1" } });
        }
    }
}
