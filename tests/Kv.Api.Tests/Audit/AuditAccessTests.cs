using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;
using Kv.Domain.Access;
using Kv.Testing;

namespace Kv.Api.Tests.Audit;

/// <summary>The permission to read audit records, and the actors that they name.</summary>
internal sealed class AuditAccessTests(Engine engine) : AccessTest(engine)
{
    private const string Path = "/admin/audit";

    protected override (string Name, string? Value)[] Settings =>
        [("AUTH", "apikey"), ("AUDIT", "store"), ("WEBHOOK_TARGETS", "private")];

    [Test]
    public async Task Only_administrators_read_them()
    {
        var (administrator, holder) = (await Administrator(), await Holder(AccessVerbs.All));
        await holder.Put("k", "v");

        ExpectUnauthorized(await Kv.Send(HttpMethod.Get, Path));
        ExpectForbidden(await holder.Send(HttpMethod.Get, Path));
        ExpectForbidden(await holder.Send(HttpMethod.Get, $"{Path}?namespace={Kv.Namespace}&app={Kv.AppName}"));
        var record = (await administrator.Trail()).Single();
        Assert.That(record.Text("actor"), Is.EqualTo(holder.Credential![3..19]), "the id of the API key");
        Assert.That($"{record}", Does.Not.Contain(holder.Credential[20..]));
    }

    [Test]
    public async Task The_deployments_records_name_the_caller_that_creates_or_revokes_a_key()
    {
        var administrator = await Administrator();
        var issued = (await administrator.Send(HttpMethod.Post, "/admin/apikeys", """{"namespace":"n","app":"a","verbs":["read"]}""")).Json;
        var id = issued.GetProperty("id").GetString();
        await administrator.Send(HttpMethod.Delete, $"/admin/apikeys/{id}");
        Assert.That((await administrator.Send(HttpMethod.Delete, $"/admin/apikeys/{id}")).Status, Is.EqualTo(404));

        var records = (await administrator.DeploymentTrail())
            .Where(record => $"{record}".Contains(id!, StringComparison.Ordinal)).ToArray();
        Assert.That(records.Changes(), Is.EqualTo(new[] { $"create_api_key {id}", $"revoke_api_key {id}" }));
        Assert.That(records.Select(record => record.Text("actor")), Has.All.EqualTo(administrator.Credential![3..19]));
        Assert.That(
            records.Select(record => $"{record}"), Has.All.Not.Contain(issued.GetProperty("key").GetString()![20..]));
    }

    [Test]
    public async Task A_refused_request_leaves_no_record()
    {
        await (await Holder(AccessVerbs.Read)).Put("k", "v");
        await Kv.Put("k", "v");

        Assert.That(await (await Administrator()).Trail(), Is.Empty);
    }

    [TestCase(null)]
    [TestCase("log")]
    public async Task Without_stored_records_the_call_says_so(string? mode)
    {
        await using var host = await KvHost.Start(Engine, ("AUDIT", mode));
        var kv = host.NewTenant();
        await kv.Put("k", "v");

        Expect.Problem(
            await kv.Send(HttpMethod.Get, $"{Path}?namespace={kv.Namespace}&app={kv.AppName}"), 404,
            "No audit is kept");
        if (Engine == Engine.Etcd)
            Assert.That(await EtcdKeys.Keys(await SharedEtcd.Get(), $"/{host.KeyPrefix}/audit"), Is.Empty);
    }

    [Test]
    public async Task A_record_names_the_trace_of_its_request()
    {
        const string traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var host = await KvHost.Start(
            Engine, KvHost.WithTelemetry, ("AUDIT", "store"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{FreePort.Next()}"));
        var kv = host.NewTenant();
        await kv.With(HttpMethod.Put, "/kv/k", AuditLines.Body("""{"value":"v"}"""), ("traceparent", $"00-{traceId}-00f067aa0ba902b7-01"));

        Assert.That((await kv.Trail()).Single().Text("trace_id"), Is.EqualTo(traceId));
    }

    [Test]
    public async Task A_record_expires()
    {
        await using var host = await KvHost.Start(Engine, ("AUDIT", "store"), ("AUDIT_RETENTION", "2s"));
        var kv = host.NewTenant();
        await kv.Put("k", "v");

        await Eventually.Holds(async () => (await kv.Trail()).Length == 0, "the record has expired");
        Assert.That((await kv.Get("k")).Status, Is.EqualTo(200), "its key remains");
    }
}
