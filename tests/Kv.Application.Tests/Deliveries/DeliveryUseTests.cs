using FluentValidation;
using Kv.Application.Deliveries;
using Kv.Application.Tests.Webhooks;
using Kv.Domain;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;
using Moq;

namespace Kv.Application.Tests.Deliveries;

internal sealed class DeliveryUseTests
{
    private static readonly DeliveryId Id = DeliveryId.For(WebhookRequests.Id, 42, "user:1");
    private static readonly Limits Limits = new();

    private readonly Mock<IWebhookRepository> _webhooks = new();
    private readonly Mock<IDeliveryReads> _reads = new(MockBehavior.Strict);
    private readonly Mock<IDeliveryRepository> _deliveries = new(MockBehavior.Strict);

    [SetUp]
    public void Store()
    {
        _webhooks.Reset();
        _reads.Reset();
        _deliveries.Reset();
        _webhooks
            .Setup(webhooks => webhooks.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(WebhookRequests.Stored());
    }

    [TestCase(KeyChangeKind.Create, "create")]
    [TestCase(KeyChangeKind.Update, "update")]
    [TestCase(KeyChangeKind.Delete, "delete")]
    [TestCase(KeyChangeKind.Expire, "expire")]
    [TestCase(null, "ping")]
    public async Task A_delivery_is_shown(KeyChangeKind? kind, string name)
    {
        _reads
            .Setup(deliveries => deliveries.Get(WebhookRequests.Tenant, Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(Failed(kind));

        var dto = (await new GetDeliveryHandler(_reads.Object, WebhookRequests.Mapper)
            .Handle(new GetDelivery("space", "app", Id.ToString()), CancellationToken.None))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dto.Id, Is.EqualTo(Id.ToString()));
            Assert.That(dto.WebhookId, Is.EqualTo(WebhookRequests.Id));
            Assert.That(dto.Status, Is.EqualTo("failed"));
            Assert.That(dto.Event, Is.EqualTo(name));
            Assert.That(dto.Key, Is.EqualTo("user:1"));
            Assert.That(dto.Revision, Is.EqualTo(42));
            Assert.That(dto.Attempts.Select(attempt => attempt.Status), Is.EqualTo(new int?[] { 503, null }));
            Assert.That(dto.Attempts[1].Error, Is.EqualTo("No connection."));
            Assert.That(dto.NextAttemptAt, Is.Null);
            Assert.That(dto.FailedReason, Is.EqualTo("All attempts failed."));
        }
    }

    [Test]
    public async Task A_malformed_id_finds_nothing()
    {
        Assert.That(
            await new GetDeliveryHandler(_reads.Object, WebhookRequests.Mapper)
                .Handle(new GetDelivery("space", "app", "msg_1"), CancellationToken.None),
            Is.Null);
        Assert.That(
            await new RedeliverDeliveryHandler(_deliveries.Object)
                .Handle(new RedeliverDelivery("space", "app", "msg_1"), CancellationToken.None),
            Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_delivery_becomes_due(bool exists)
    {
        _deliveries
            .Setup(deliveries => deliveries.Redeliver(WebhookRequests.Tenant, Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(exists);

        var dto = await new RedeliverDeliveryHandler(_deliveries.Object)
            .Handle(new RedeliverDelivery("space", "app", Id.ToString()), CancellationToken.None);

        Assert.That(dto, Is.EqualTo(exists));
    }

    [TestCase("pending", DeliveryStatus.Pending)]
    [TestCase("failed", DeliveryStatus.Failed)]
    public async Task A_page_has_the_cursor_of_the_next_one(string name, DeliveryStatus status)
    {
        _reads
            .Setup(deliveries => deliveries.List(
                WebhookRequests.Tenant, WebhookRequests.Id, status, It.IsAny<DeliveryId?>(), 1,
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                (Domain.Tenants.Tenant _, Guid _, DeliveryStatus _, DeliveryId? after, int _, CancellationToken _) =>
                ([Failed(KeyChangeKind.Create)], after is null));

        var first = await List(List(name));
        var second = await List(List(name, first!.Cursor));

        Assert.That(first.Cursor, Is.EqualTo(Id.ToString()));
        Assert.That(first.Items, Has.Count.EqualTo(1));
        Assert.That(second!.Cursor, Is.Null);
    }

    [TestCase("failed", null, 1, null)]
    [TestCase("pending", null, 100, null)]
    [TestCase("", null, 1, "Status must be one of: pending, failed, delivered")]
    [TestCase("Failed", null, 1, "Status must be one of: pending, failed, delivered")]
    [TestCase("failed", null, 0, "Limit must be between 1 and 100")]
    [TestCase("failed", null, 101, "Limit must be between 1 and 100")]
    [TestCase("delivered", null, 100, null)]
    [TestCase("failed", "x", 1, "Cursor must be the cursor of a page of this webhook's deliveries")]
    public void The_parameters_of_a_listing(string status, string? cursor, int limit, string? error) => Assert.That(
        Errors(new ListDeliveriesValidator(Limits), List(status, cursor) with { Limit = limit }),
        error is null ? Is.Empty : Is.EqualTo([error]));

    [Test]
    public void A_page_of_delivered_ones_has_no_cursor() => Assert.That(
        Errors(new ListDeliveriesValidator(Limits), List("delivered", Id.ToString())),
        Has.Exactly(1).Contains("one page"));

    [Test]
    public async Task Delivered_ones_are_the_latest_of_the_log()
    {
        var at = DateTimeOffset.UnixEpoch;
        _reads
            .Setup(
                deliveries => deliveries.ListAccepted(
                    WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(
            [
                new AcceptedDelivery(
                    Id, KeyChangeKind.Update, "user:1", AttemptCount: 3, at, TimeSpan.FromMilliseconds(12),
                    Status: 204),
                new AcceptedDelivery(
                    Id, KeyChangeKind.Create, "user:1", AttemptCount: 1, at, TimeSpan.Zero, Status: 200),
            ]);

        var page = (await List(List("delivered")))!;

        Assert.That(page.Cursor, Is.Null);
        Assert.That(page.Items, Has.Count.EqualTo(1), "the limit holds");
        var dto = page.Items[0];
        Assert.That(
            (dto.Id, dto.Status, dto.Event, dto.Key, dto.AttemptCount),
            Is.EqualTo((Id.ToString(), "delivered", "update", "user:1", 3)));
        Assert.That(
            dto.Attempts.Select(attempt => (attempt.Status, attempt.Duration.TotalMilliseconds)),
            Is.EqualTo(new (int?, double)[] { (204, 12) }));
    }

    [Test]
    public void A_cursor_of_another_webhook_is_refused()
    {
        var other = DeliveryId.For(Guid.NewGuid(), 42, "user:1").ToString();

        Assert.That(
            Errors(new ListDeliveriesValidator(Limits), List("failed", other)), Has.Exactly(1).Contains("Cursor"));
        Assert.That(Errors(new ListDeliveriesValidator(Limits), List("failed", Id.ToString())), Is.Empty);
    }

    [Test]
    public async Task Failed_deliveries_become_due_unless_the_webhook_is_disabled()
    {
        var webhook = WebhookRequests.Stored();
        _webhooks
            .Setup(webhooks => webhooks.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(webhook);
        _deliveries
            .Setup(
                deliveries => deliveries.RedeliverFailed(
                    WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync((3, true));

        Assert.That(await RedeliverFailed($"{WebhookRequests.Id}"), Is.EqualTo(new RedeliveredDeliveries(3, true)));
        Assert.That(await RedeliverFailed($"{Guid.NewGuid()}"), Is.Null);
        webhook.Disable("It only failed.");
        Assert.That(
            () => RedeliverFailed($"{WebhookRequests.Id}"),
            Throws.InstanceOf<WebhookDisabledException>().With.Message.Contain("It only failed."));
    }

    [Test]
    public async Task A_replay_returns_the_number_of_its_deliveries()
    {
        _deliveries
            .Setup(
                deliveries => deliveries.Replay(
                    It.Is<Webhook>(webhook => webhook.Id == WebhookRequests.Id), 41, It.IsAny<CancellationToken>()))
            .ReturnsAsync(3);

        Assert.That(await Replay($"{WebhookRequests.Id}"), Is.EqualTo(3));
    }

    [TestCase(0, true)]
    [TestCase(-1, false)]
    public void A_replay_starts_at_a_revision(long since, bool isFine) => Assert.That(
        Errors(new ReplayWebhookValidator(Limits), new ReplayWebhook("space", "app", "id", since)),
        isFine ? Is.Empty : Is.EqualTo(["Since must be a revision, 0 or more"]));

    [Test]
    public async Task Without_the_webhook_there_is_no_answer()
    {
        Assert.That(await Replay($"{Guid.NewGuid()}"), Is.Null);
        Assert.That(await List(List("failed") with { WebhookId = $"{Guid.NewGuid()}" }), Is.Null);
    }

    private static Delivery Failed(KeyChangeKind? kind) => new(
        Id, WebhookRequests.Tenant, new DeliveryEvent(kind, "user:1", null, null, 0),
        [
            new Attempt { At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Status = 503, Answer = "busy" },
            new Attempt { At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Error = "No connection." },
        ],
        failures: 2, nextAttemptAt: null, "All attempts failed.");

    private static ListDeliveries List(string status, string? cursor = null) =>
        new("space", "app", $"{WebhookRequests.Id}", status, cursor, 1);

    private Task<DeliveryPage?> List(ListDeliveries request) =>
        new ListDeliveriesHandler(_webhooks.Object, _reads.Object, WebhookRequests.Mapper)
            .Handle(request, CancellationToken.None);

    private Task<RedeliveredDeliveries?> RedeliverFailed(string id) =>
        new RedeliverFailedHandler(_webhooks.Object, _deliveries.Object)
        .Handle(new RedeliverFailed("space", "app", id), CancellationToken.None);

    private Task<long?> Replay(string id) => new ReplayWebhookHandler(_webhooks.Object, _deliveries.Object)
        .Handle(new ReplayWebhook("space", "app", id, 41), CancellationToken.None);

    private static IEnumerable<string> Errors<TRequest>(AbstractValidator<TRequest> validator, TRequest request) =>
        validator.Validate(request).Errors.Select(error => error.ErrorMessage);
}
