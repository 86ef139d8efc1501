using Kv.Api.Tests.Hosting;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kv.Api.Tests.Deliveries;

/// <summary>One call explains why a change has not arrived.</summary>
internal sealed class ExplainTests(Engine engine) : CallTests(engine)
{
    private const string RefusedAddress = "127.0.0.3";

    private static readonly ReceiverAnswer Waits = ReceiverAnswer.Status(503, "", ("Retry-After", "3600"));

    // The verdict, texts in its detail and its remedy (null: no remedy), and the steps that lead to it, whose result is
    // the webhook and the key.
    private static readonly (string Verdict, string Detail, string? Remedy, Func<ExplainTests,
        Task<(string Webhook, string Key)>> Arrange)[] All =
    [
        ("delivered", "answered 200 at", null, async test =>
        {
            var webhook = await test.Register();
            await test.Kv.Put("k", "v");
            return (webhook, "k");
        }),
        ("delivered", "to attempt 2.", null, async test =>
        {
            // The webhook is disabled later, by another key.
            test.Receiver.Answer = request =>
                ReceiverAnswer.Status(KeyOf(request) == "k2" ? 410 : request.Number == 1 ? 500 : 200);
            var webhook = await test.Register();
            await test.Kv.Put("k", "v");
            await test.Arrived(2);
            await test.Kv.Put("k2", "v");
            await test.UntilListed(webhook, "failed");
            return (webhook, "k");
        }),
        ("pending", "503", "redeliver", async test =>
        {
            test.Receiver.Answer = _ => Waits;
            var webhook = await test.Register();
            await test.Kv.Put("k", "v");
            return (webhook, "k");
        }),
        ("held_back", "503", "redeliver", async test =>
        {
            test.Receiver.Answer = _ => Waits;
            var webhook = await test.Register();
            await test.Kv.Put("k", "first");
            await test.Kv.Put("k", "second");
            return (webhook, "k");
        }),
        ("failed", "500", "redeliver", async test =>
        {
            test.Receiver.Answer = _ => ReceiverAnswer.Status(500);
            var webhook = await test.Register();
            await test.Kv.Put("k", "v");
            return (webhook, "k");
        }),
        ("disabled", "410", "active", async test =>
        {
            test.Receiver.Answer = _ => ReceiverAnswer.Status(410);
            var webhook = await test.Register();
            await test.Kv.Put("k", "v");
            return (webhook, "k");
        }),
        ("disabled", "410", "replay", async test =>
        {
            test.Receiver.Answer = _ => ReceiverAnswer.Status(410);
            var webhook = await test.Register();
            await test.Kv.Put("k", "v");
            await Eventually.Holds(
                async () => (await test.Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}"))
                    .Json.TryGetProperty("disabled_reason", out _), "it is disabled");
            await test.Kv.Put("k2", "while it is disabled");
            return (webhook, "k2");
        }),
        ("refused_by_rules", "The target is not allowed: the address is denied by the configuration.",
            "WEBHOOK_TARGETS", async test =>
        {
            var webhook = await test.Stored($"http://{RefusedAddress}:{test.Receiver.Uri.Port}/");
            await test.Kv.Put("k", "v");
            return (webhook, "k");
        }),
        ("not_matched", "k*", "PUT", async test =>
        {
            var webhook = await test.Register();
            await test.Kv.Put("other", "v");
            return (webhook, "other");
        }),
        ("not_matched", "delete", "PUT", async test =>
        {
            var registered = await test.Kv.Send(
                HttpMethod.Post, "/webhooks", $$"""{"key":"k","event":"create","endpoint":"{{test.Receiver.Uri}}"}""");
            await test.Kv.Put("k", "v");
            await test.Kv.Delete("k");
            return (registered.Json.GetProperty("id").GetString()!, "k");
        }),
        ("not_matched", "changed_only", "PUT", async test =>
        {
            var webhook = await test.Register("""
                "key":"k","changed_only":true
                """);
            await test.Kv.Put("k", "same");
            await test.Kv.Put("k", "same");
            return (webhook, "k");
        }),
        ("registered_later", "after the change", "replay", async test =>
        {
            await test.Kv.Put("k", "v");
            return (await test.Register(), "k");
        }),
        ("dropped", "backlog", "replay", async test =>
        {
            test.Receiver.Answer = _ => Waits;
            var webhook = await test.Register();
            foreach (var key in new[] { "k1", "k2", "k3" })
                await test.Kv.Put(key, "v");
            await Eventually.Holds(
                async () => (await test.Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}"))
                    .Json.TryGetProperty("dropped", out _), "one is dropped");
            var kept = (await test.Listed(webhook, "pending"))
                .Select(delivery => delivery.GetProperty("key").GetString());
            return (webhook, new[] { "k1", "k2", "k3" }.Except(kept).Single()!);
        }),
        ("unknown", "never written", "name of the key", async test => (await test.Register(), "k")),
        ("unknown", "changed after", "replay", async test =>
        {
            var webhook = await test.Register("""
                "key":"other"
                """);
            await test.Kv.Put("k", "v");
            await test.Kv.Send(HttpMethod.Put, $"/webhooks/{webhook}", """{"key":"k"}""");
            return (webhook, "k");
        }),
    ];

    private static IEnumerable<TestCaseData> Verdicts =>
        All.Select((one, number) => new TestCaseData(number).SetArgDisplayNames(one.Verdict, one.Detail));

    protected override (string Name, string? Value)[] Settings =>
    [
        ("WEBHOOK_RETRY_SCHEDULE", "10ms"), ("WEBHOOK_TARGETS_DENY", RefusedAddress),
        ("WEBHOOK_BACKLOG_DELIVERIES", "2"),
    ];

    [TestCaseSource(nameof(Verdicts))]
    public async Task Every_verdict_has_its_reason_and_its_remedy(int number)
    {
        var (verdict, detail, remedy, arrange) = All[number];
        var (webhook, key) = await arrange(this);

        var seen = await UntilExplained(webhook, key, verdict, detail);

        var remedied = seen.Json.GetProperty("remedy").GetString();
        Assert.That(seen.Json.GetProperty("detail").GetString(), Does.EndWith("."));
        Assert.That(remedied, remedy is null ? Is.Null : Does.Contain(remedy).And.EndsWith("."));
    }

    [Test]
    public async Task The_change_and_its_delivery_are_shown()
    {
        Receiver.Answer = _ => Waits;
        var webhook = await Register();
        var first = await Kv.Put("k", "first");
        await Kv.Put("k", "second");

        // A delivery that waits for two seconds is stored.
        await UntilListed(webhook, "pending", 2);
        var seen = (await UntilExplained(webhook, "k", "held_back", "503")).Json;

        var change = seen.GetProperty("change");
        var (delivery, heldBy) = (seen.GetProperty("delivery"), seen.GetProperty("held_by"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(change.GetProperty("event").GetString(), Is.EqualTo("update"));
            Assert.That(
                change.GetProperty("revision").GetInt64(), Is.EqualTo(delivery.GetProperty("revision").GetInt64()));
            Assert.That(
                change.GetProperty("at").GetDateTimeOffset(), Is.GreaterThan(DateTimeOffset.UtcNow.AddMinutes(-5)));
            Assert.That(delivery.GetProperty("attempts").GetArrayLength(), Is.Zero);
            Assert.That($"\"{heldBy.GetProperty("revision").GetInt64()}\"", Is.EqualTo(first.Header("ETag")));
            Assert.That(heldBy.GetProperty("id").GetString(), Is.EqualTo(Receiver.Requests[0].MessageId));
            Assert.That(heldBy.GetProperty("attempts").GetArrayLength(), Is.EqualTo(1));
            Assert.That(seen.GetProperty("cursor").GetInt64(), Is.Positive);
        }
    }

    [Test]
    public async Task A_deletion_and_an_unknown_change_have_different_answers()
    {
        var webhook = await Register();
        await Kv.Put("k", "v");
        await Kv.Delete("k");

        var seen = (await UntilExplained(webhook, "k", "delivered", "answered 200")).Json;

        Assert.That(seen.GetProperty("change").GetProperty("event").GetString(), Is.EqualTo("delete"));
        Assert.That(
            (await Explain(webhook, "kx")).Json.GetProperty("change").ValueKind,
            Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }

    [Test]
    public async Task Without_a_leader_the_change_is_not_seen()
    {
        await using var host = await KvHost.Start(Engine);
        var kv = host.NewTenant();
        var webhook = await RegisterAt(kv, $"{Receiver.Uri}", "\"key\":\"k\"");
        await kv.Put("k", "1");
        await Arrived(1);
        foreach (var leader
            in host.Services.GetServices<IHostedService>().Where(service => service.GetType().Name == "LeaderService"))
            await leader.StopAsync(CancellationToken.None);
        await kv.Put("k", "2");

        var seen = await kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/explain?key=k");

        Assert.That(seen.Json.GetProperty("verdict").GetString(), Is.EqualTo("not_seen"), seen.ToString());
        Assert.That(
            seen.Json.GetProperty("cursor").GetInt64(),
            Is.LessThan(seen.Json.GetProperty("change").GetProperty("revision").GetInt64()));
        Assert.That(seen.Json.GetProperty("remedy").GetString(), Does.Contain("/readyz"));
    }

    [TestCase("", "Key must not be empty")]
    [TestCase("?key=", "Key must not be empty")]
    [TestCase("?key=LONG", "Key too long (max 100 characters)")]
    public async Task A_key_is_required(string query, string error) => Expect.Problem(
        await Kv.Send(
            HttpMethod.Get,
            $"/webhooks/{await Register()}/explain"
                + query.Replace("LONG", new string('k', 101), StringComparison.Ordinal)),
        400, error, "key");

    [Test]
    public async Task Only_the_webhooks_tenant_gets_an_explanation()
    {
        var webhook = await Register();

        Expect.Problem(
            await Host.NewTenant().Send(HttpMethod.Get, $"/webhooks/{webhook}/explain?key=k"), 404,
            "Webhook not found");
        Expect.Problem(await Explain("nonsense", "k"), 404, "Webhook not found");
    }

    private Task<Answer> Explain(string webhook, string key) =>
        Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/explain?key={Uri.EscapeDataString(key)}");

    private async Task<Answer> UntilExplained(string webhook, string key, string verdict, string detail)
    {
        var seen = await Explain(webhook, key);
        await Eventually.Holds(
            async () => (seen = await Explain(webhook, key)) is { Status: 200 }
                && seen.Json.GetProperty("verdict").GetString() == verdict
                && seen.Json.GetProperty("detail").GetString()!.Contains(detail, StringComparison.Ordinal),
            $"the verdict is {verdict}, {detail}");
        return seen;
    }

    // As it was registered before the address was denied.
    private async Task<string> Stored(string endpoint)
    {
        var webhook = new Webhook(
            Guid.NewGuid(), new Tenant(Kv.Namespace!, Kv.AppName!),
            new WebhookSettings
            {
                Pattern = KeyPattern.Parse("k"),
                Events = EventFilter.TryParse(["*"])!.Value,
                Endpoint = endpoint,
            },
            createdAt: 0);
        await Host.Services.GetRequiredService<IWebhookRepository>().Add(
            webhook, limit: 5, request: null, CancellationToken.None);
        return $"{webhook.Id:D}";
    }
}
