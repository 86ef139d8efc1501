using System.Text;
using System.Text.Json;
using Kv.Domain.Access;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Webhooks;

namespace Kv.Infrastructure.Tests.Webhooks;

/// <summary>The JSON of a webhook: the fields of simple-golang-kv, and those that Kv adds.</summary>
internal sealed class WebhookRecordTests
{
    private static readonly Tenant Tenant = new Tenant("space", "app");
    private static readonly Guid Id = Guid.Parse("7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b");
    private static readonly KeyLayout Layout = new(new StoreOptions());

    private static readonly WebhookSettings Settings = new()
    {
        Pattern = KeyPattern.Parse("user:*"),
        Events = EventFilter.TryParse(["update"])!.Value,
        Endpoint = "http://example.com/hook",
    };

    [Test]
    public void A_plain_webhook_is_written_as_the_predecessor_wrote_it() => Assert.That(
        Written(new Webhook(Id, Tenant, Settings, 1_800_000_000)),
        Is.EqualTo(
            """{"id":"7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b","namespace":"space","appName":"app","key":"user:*","event":"update","endpoint":"http://example.com/hook","method":"POST","add_event_data":false,"created_at":1800000000}"""));

    [Test]
    public void All_settings_are_written_in_the_order_of_the_predecessor_with_new_ones_behind()
    {
        var webhook = new Webhook(
            Id, Tenant, Full(), 1_800_000_000, Principal.OfToken("alice", "https://issuer.example"));
        webhook.RotateSecret(WebhookSecret.New(), DateTimeOffset.UnixEpoch);
        webhook.RotateSecret(WebhookSecret.New(), DateTimeOffset.UnixEpoch);
        webhook.Disable("Because.");
        using var json = JsonDocument.Parse(Written(webhook));

        Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(
        [
            "id", "namespace", "appName", "key", "event", "endpoint", "method", "headers", "payload", "add_event_data",
            "created_at",
            "changed_only", "include_previous", "timeout_seconds", "secret", "previous_secret", "previous_secret_until",
            "disabled_reason",
            "registered_by",
        ]));
        Assert.That(json.RootElement.GetProperty("event").GetString(), Is.EqualTo("create,expire"));
    }

    [Test]
    public void The_written_form_is_read_back()
    {
        var webhook = new Webhook(
            Id, Tenant, Full(), 1_800_000_000, Principal.OfToken("alice", "https://issuer.example"));
        webhook.RotateSecret(WebhookSecret.New(), DateTimeOffset.UnixEpoch);
        webhook.RotateSecret(WebhookSecret.New(), DateTimeOffset.UnixEpoch);
        webhook.Disable("Because.");

        var read = Read(Written(webhook))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Id, Is.EqualTo(Id));
            Assert.That(read.Tenant, Is.EqualTo(Tenant));
            Assert.That(read.CreatedAt, Is.EqualTo(1_800_000_000));
            Assert.That(read.RegisteredBy, Is.EqualTo(webhook.RegisteredBy));
            Assert.That(read.Revision, Is.EqualTo(9), "where it was last written");
            Assert.That(read.Settings.Pattern.Text, Is.EqualTo("user:*"));
            Assert.That(read.Settings.Events.Names, Is.EqualTo(["create", "expire"]));
            Assert.That(read.Settings.Method, Is.EqualTo("PATCH"));
            Assert.That(read.Settings.Headers, Is.EqualTo(webhook.Settings.Headers));
            Assert.That(Encoding.UTF8.GetString(read.Settings.Payload.Span), Is.EqualTo("""{"a":[1,"é"]}"""));
            Assert.That(read.Settings.AddEventData, Is.True);
            Assert.That(read.Settings.ChangedOnly, Is.True);
            Assert.That(read.Settings.IncludePrevious, Is.True);
            Assert.That(read.Settings.TimeoutSeconds, Is.EqualTo(7));
            Assert.That(read.Secret!.Reveal(), Is.EqualTo(webhook.Secret!.Reveal()));
            Assert.That(read.PreviousSecret!.Reveal(), Is.EqualTo(webhook.PreviousSecret!.Reveal()));
            Assert.That(read.PreviousSecretUntil, Is.EqualTo(webhook.PreviousSecretUntil));
            Assert.That(read.DisabledReason, Is.EqualTo("Because."));
        }
    }

    [TestCase("create", "create")]
    [TestCase("Update", "update")]
    [TestCase("DELETE", "delete")]
    [TestCase("update, create", "create,update")]
    [TestCase("*", "*")]
    public void Events_are_read_in_any_letter_case(string written, string names) =>
        Assert.That(string.Join(',', Read(Minimal(@event: written))!.Settings.Events.Names), Is.EqualTo(names));

    [TestCase("put", "PUT")]
    [TestCase("GET", "GET")]
    [TestCase("", "POST")]
    public void Methods_are_read_in_any_letter_case(string written, string method) =>
        Assert.That(Read(Minimal(more: $""", "method":"{written}" """))!.Settings.Method, Is.EqualTo(method));

    [TestCase("")]
    [TestCase(""", "headers":null,"payload":null,"method":null,"add_event_data":null,"secret":null""")]
    [TestCase(""", "headers":{},"payload":{}""")]
    public void Missing_and_null_settings_have_their_defaults(string more)
    {
        var read = Read(Minimal(more: more))!;

        Assert.That(read.Settings, Is.EqualTo(Settings with { Headers = read.Settings.Headers }));
        Assert.That(read.Settings.Headers, Is.Empty);
        Assert.That(read.CreatedAt, Is.Zero);
        Assert.That(read.Secret, Is.Null);
        Assert.That(read.IsActive, Is.True);
    }

    [Test]
    public void Headers_that_HTTP_cannot_carry_are_left_out()
    {
        var read = Read(Minimal(more: """, "headers":{"X-A":"a","Host":"b","x y":"c","X-B":"d\r\ne","x-a":"f","X-C":null}"""))!;

        Assert.That(
            read.Settings.Headers, Is.EquivalentTo(new Dictionary<string, string> { ["X-A"] = "f", ["Host"] = "b" }));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("""{"key":"","event":"update","endpoint":"http://example.com"}""")]
    [TestCase("""{"key":1,"event":"update","endpoint":"http://example.com"}""")]
    [TestCase("""{"key":"k","event":"never","endpoint":"http://example.com"}""")]
    [TestCase("""{"key":"k","event":"","endpoint":"http://example.com"}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"example.com"}""")]
    [TestCase("""{"key":"k","event":"update"}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","method":"BREW"}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","headers":[]}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","headers":{"a":1}}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","payload":"text"}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","add_event_data":"yes"}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","created_at":1e99}""")]
    [TestCase("""{"key":"k","event":"update","endpoint":"http://example.com","secret":"not one"}""")]
    [TestCase("""{"key":"\ud800","event":"update","endpoint":"http://example.com"}""")]
    public void A_malformed_record_is_not_read(string json) => Assert.That(Read(json), Is.Null);

    [TestCase("/kvstore/webhooks/space/app/not-an-id")]
    [TestCase("/kvstore/webhooks/space/7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b")]
    [TestCase("/kvstore/kv/space/app/7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b")]
    public void A_record_under_another_key_is_not_read(string key) => Assert.That(Read(Minimal(), key), Is.Null);

    [Test]
    public void The_key_of_the_record_names_the_tenant()
    {
        var read = Read(Minimal(more: ""","id":"another","namespace":"theirs","appName":"theirs" """))!;

        Assert.That(read.Id, Is.EqualTo(Id));
        Assert.That(read.Tenant, Is.EqualTo(Tenant));
    }

    [Test]
    public void Fields_of_a_later_version_survive()
    {
        var before = Minimal(more: ""","later":{"deep":["é",1.50]},"disabled_reason":"Because." """);
        var webhook = Read(before)!;
        webhook.Enable(by: null);

        var written = Encoding.UTF8.GetString(WebhookRecord.Write(webhook, Encoding.UTF8.GetBytes(before)).Span);

        Assert.That(written, Does.EndWith(""","later":{"deep":["é",1.50]}}"""));
        Assert.That(written, Does.Not.Contain("disabled_reason"));
    }

    private static WebhookSettings Full() => Settings with
    {
        Events = EventFilter.TryParse(["expire", "create"])!.Value,
        Method = "PATCH",
        Headers = new Dictionary<string, string> { ["X-A"] = "a", ["Authorization"] = "Bearer \"b\"" },
        Payload = """{"a":[1,"é"]}"""u8.ToArray(),
        AddEventData = true,
        ChangedOnly = true,
        IncludePrevious = true,
        TimeoutSeconds = 7,
    };

    private static string Minimal(string @event = "update", string more = "") =>
        $$"""{"key":"user:*","event":"{{@event}}","endpoint":"http://example.com/hook"{{more}}}""";

    private static string Written(Webhook webhook) => Encoding.UTF8.GetString(WebhookRecord.Write(webhook).Span);

    private static Webhook? Read(
        string json, string key = "/kvstore/webhooks/space/app/7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b") =>
        WebhookRecord.TryRead(Layout, new Entry(StoreKey.FromText(key), Encoding.UTF8.GetBytes(json), 5, 9, 2, null));
}
