using System.Text.Json;
using Kv.Application.Deliveries;
using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;
using Moq;

namespace Kv.Application.Tests.Webhooks;

/// <summary>The use cases of a registered webhook.</summary>
internal sealed class WebhookUseTests
{
    private readonly Mock<IWebhookRepository> _repository = new(MockBehavior.Strict);
    private Webhook _stored = null!;

    [SetUp]
    public void Store()
    {
        _repository.Reset();
        _stored = WebhookRequests.Stored();
        _repository
            .Setup(
                repository => repository.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => _stored);
    }

    [Test]
    public async Task It_is_shown_without_its_secret_and_the_values_of_its_headers()
    {
        _stored.SetSecret(WebhookSecret.New());

        var dto = (await Get($"{WebhookRequests.Id}"))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dto.Id, Is.EqualTo(WebhookRequests.Id));
            Assert.That(dto.Namespace, Is.EqualTo("space"));
            Assert.That(dto.AppName, Is.EqualTo("app"));
            Assert.That(dto.Key, Is.EqualTo("user:*"));
            Assert.That(dto.Events, Is.EqualTo(["create", "update"]));
            Assert.That(dto.Endpoint, Is.EqualTo("http://example.com/hook"));
            Assert.That(dto.Method, Is.EqualTo("PUT"));
            Assert.That(
                dto.Headers,
                Is.EqualTo(new Dictionary<string, string> { ["X-Token"] = "********", ["X-Empty"] = "********" }));
            Assert.That(dto.HeadersNotSent, Is.Empty);
            Assert.That(dto.Payload.ToArray(), Is.EqualTo("""{"a":1}"""u8.ToArray()));
            Assert.That(dto.AddEventData, Is.True);
            Assert.That(dto.CreatedAt, Is.EqualTo(1_800_000_000));
            Assert.That(dto.ChangedOnly, Is.True);
            Assert.That(dto.TimeoutSeconds, Is.EqualTo(7));
            Assert.That(dto.HasSecret, Is.True);
            Assert.That(dto.IsActive, Is.True);
            Assert.That(JsonSerializer.Serialize(dto), Does.Not.Contain("hidden").And.Not.Contain("whsec_"));
        }
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b")]
    [TestCase("{7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b}")]
    public async Task A_malformed_id_finds_nothing(string id)
    {
        Assert.That(await Get(id), Is.Null);
        await new DeleteWebhookHandler(_repository.Object)
            .Handle(new DeleteWebhook("space", "app", id), CancellationToken.None);

        _repository.VerifyNoOtherCalls();
    }

    [Test]
    public async Task A_listing_by_prefix_has_only_the_webhooks_whose_key_starts_with_it()
    {
        _repository
            .Setup(repository => repository.List(WebhookRequests.Tenant, It.IsAny<CancellationToken>()))
            .ReturnsAsync([.. new[] { "user:*", "user:1", "User:1", "use", "*" }.Select(
                key => WebhookRequests.Stored(WebhookRequests.Settings with { Pattern = KeyPattern.Parse(key) }))]);

        Assert.That(await List("user:"), Is.EqualTo(["user:*", "user:1"]));
        Assert.That(await List("u"), Is.EqualTo(["user:*", "user:1", "use"]));
        Assert.That(await List(""), Has.Length.EqualTo(5));
        Assert.That(await List("other"), Is.Empty);
    }

    [Test]
    public async Task A_rotation_returns_the_new_secret_and_the_old_one_still_signs()
    {
        var before = WebhookSecret.New();
        _stored.SetSecret(before);
        _repository.Setup(repository => repository.Update(_stored, It.IsAny<CancellationToken>())).ReturnsAsync(true);

        var dto = await Rotate();

        Assert.That(dto, Is.EqualTo(_stored.Secret!.Reveal()).And.Not.EqualTo(before.Reveal()));
        Assert.That(_stored.PreviousSecret, Is.SameAs(before));
    }

    [Test]
    public async Task Without_a_webhook_no_secret_is_made_and_nothing_is_sent()
    {
        _stored = null!;
        var sender = new Mock<IWebhookSender>(MockBehavior.Strict);

        Assert.That(await Rotate(), Is.Null);
        Assert.That(
            await new PingWebhookHandler(
                _repository.Object, sender.Object, new HeaderPolicy(), TimeProvider.System)
                .Handle(new PingWebhook("space", "app", $"{WebhookRequests.Id}"), CancellationToken.None),
            Is.Null);
    }

    [Test]
    public async Task A_ping_carries_no_change_and_its_result_is_returned()
    {
        _stored.Disable("It can be pinged all the same.");
        var sender = new Mock<IWebhookSender>();
        sender
            .Setup(one => one.Send(
                _stored,
                It.Is<string>(id => id.StartsWith("msg_ping_") && DeliveryId.TryParse(id) == null),
                It.Is<DeliveryEvent>(
                    sent => sent.Kind == null && sent.Key == "user:*" && sent.Value == null && sent.ExpireAt == null),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new Attempt
            {
                At = DateTimeOffset.UnixEpoch,
                Duration = TimeSpan.FromMilliseconds(12),
                Status = 204,
                Answer = "ok",
                Request = new SentRequest(
                    new Dictionary<string, string> { ["User-Agent"] = "kv", ["webhook-signature"] = "v1,x" }, "{}"),
            });

        var attempt = await new PingWebhookHandler(
            _repository.Object, sender.Object, new HeaderPolicy(), TimeProvider.System)
            .Handle(new PingWebhook("space", "app", $"{WebhookRequests.Id}"), CancellationToken.None);

        Assert.That(attempt!.Status, Is.EqualTo(204));
        Assert.That(attempt.At, Is.EqualTo(DateTimeOffset.UnixEpoch));
        Assert.That(attempt.Duration, Is.EqualTo(TimeSpan.FromMilliseconds(12)));
        Assert.That(attempt.Answer, Is.EqualTo("ok"));
        Assert.That(attempt.IsAccepted, Is.True);
        Assert.That(attempt.Error, Is.Null);
        Assert.That(attempt.Request!.Body, Is.EqualTo("{}"));
        Assert.That(attempt.Request.Headers["User-Agent"], Is.EqualTo("kv"));
        Assert.That(attempt.Request.Headers["webhook-signature"], Is.EqualTo("********"));
    }

    private Task<WebhookDto?> Get(string id) => new GetWebhookHandler(_repository.Object, WebhookRequests.Mapper)
        .Handle(new GetWebhook("space", "app", id), CancellationToken.None);

    private async Task<string[]> List(string prefix)
    {
        var listed = await new ListWebhooksHandler(_repository.Object, WebhookRequests.Mapper)
            .Handle(new ListWebhooks("space", "app", prefix), CancellationToken.None);
        return [.. listed.Select(webhook => webhook.Key)];
    }

    private Task<string?> Rotate() => new RotateWebhookSecretHandler(_repository.Object, TimeProvider.System)
        .Handle(new RotateWebhookSecret("space", "app", $"{WebhookRequests.Id}"), CancellationToken.None);
}
