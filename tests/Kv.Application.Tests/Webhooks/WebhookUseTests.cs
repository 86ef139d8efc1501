using System.Text.Json;
using Kv.Application.Deliveries;
using Kv.Application.Webhooks;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;
using Moq;

namespace Kv.Application.Tests.Webhooks;

/// <summary>What is done with a webhook that is there.</summary>
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

        var told = (await Get($"{WebhookRequests.Id}"))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.Id, Is.EqualTo(WebhookRequests.Id));
            Assert.That(told.Namespace, Is.EqualTo("space"));
            Assert.That(told.AppName, Is.EqualTo("app"));
            Assert.That(told.Key, Is.EqualTo("user:*"));
            Assert.That(told.Events, Is.EqualTo(["create", "update"]));
            Assert.That(told.Endpoint, Is.EqualTo("http://example.com/hook"));
            Assert.That(told.Method, Is.EqualTo("PUT"));
            Assert.That(
                told.Headers,
                Is.EqualTo(new Dictionary<string, string> { ["X-Token"] = "********", ["X-Empty"] = "********" }));
            Assert.That(told.HeadersNotSent, Is.Empty);
            Assert.That(told.Payload.ToArray(), Is.EqualTo("""{"a":1}"""u8.ToArray()));
            Assert.That(told.AddEventData, Is.True);
            Assert.That(told.CreatedAt, Is.EqualTo(1_800_000_000));
            Assert.That(told.ChangedOnly, Is.True);
            Assert.That(told.TimeoutSeconds, Is.EqualTo(7));
            Assert.That(told.HasSecret, Is.True);
            Assert.That(told.IsActive, Is.True);
            Assert.That(JsonSerializer.Serialize(told), Does.Not.Contain("hidden").And.Not.Contain("whsec_"));
        }
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("7f0c6f0e3f0a4f439f0b0d1f6f1d2c3b")]
    [TestCase("{7f0c6f0e-3f0a-4f43-9f0b-0d1f6f1d2c3b}")]
    public async Task What_is_no_id_is_that_of_none(string id)
    {
        Assert.That(await Get(id), Is.Null);
        await new DeleteWebhookHandler(_repository.Object)
            .Handle(new DeleteWebhook("space", "app", id), CancellationToken.None);

        _repository.VerifyNoOtherCalls();
    }

    [Test]
    public async Task Those_are_listed_whose_key_starts_with_a_text()
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
    public async Task A_new_secret_is_told_and_the_one_before_signs_on()
    {
        var before = WebhookSecret.New();
        _stored.SetSecret(before);
        _repository.Setup(repository => repository.Update(_stored, It.IsAny<CancellationToken>())).ReturnsAsync(true);

        var told = await Rotate();

        Assert.That(told, Is.EqualTo(_stored.Secret!.Reveal()).And.Not.EqualTo(before.Reveal()));
        Assert.That(_stored.PreviousSecret, Is.SameAs(before));
    }

    [Test]
    public async Task Without_a_webhook_no_secret_is_made_and_nothing_is_sent()
    {
        _stored = null!;
        var sender = new Mock<IWebhookSender>(MockBehavior.Strict);

        Assert.That(await Rotate(), Is.Null);
        Assert.That(
            await new PingWebhookHandler(_repository.Object, sender.Object, WebhookRequests.Mapper, TimeProvider.System)
                .Handle(new PingWebhook("space", "app", $"{WebhookRequests.Id}"), CancellationToken.None),
            Is.Null);
    }

    [Test]
    public async Task A_ping_tells_of_no_change_and_what_came_of_it_is_told()
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
            });

        var told = await new PingWebhookHandler(
            _repository.Object, sender.Object, WebhookRequests.Mapper, TimeProvider.System)
            .Handle(new PingWebhook("space", "app", $"{WebhookRequests.Id}"), CancellationToken.None);

        Assert.That(told!.Status, Is.EqualTo(204));
        Assert.That(told.At, Is.EqualTo(DateTimeOffset.UnixEpoch));
        Assert.That(told.Duration, Is.EqualTo(TimeSpan.FromMilliseconds(12)));
        Assert.That(told.Answer, Is.EqualTo("ok"));
        Assert.That(told.IsAccepted, Is.True);
        Assert.That(told.Error, Is.Null);
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
