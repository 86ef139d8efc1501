using FluentValidation;
using Kv.Application.Webhooks;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Moq;

namespace Kv.Application.Tests.Webhooks;

internal sealed class UpdateWebhookTests
{
    private readonly Mock<IWebhookRepository> _repository = new(MockBehavior.Strict);
    private Webhook _stored = null!;

    [SetUp]
    public void Store()
    {
        _repository.Reset();
        _stored = WebhookRequests.Stored();
        _repository
            .Setup(repository => repository.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => _stored);
        Save(true);
    }

    [Test]
    public async Task What_is_left_out_or_empty_stays()
    {
        _stored.SetSecret(WebhookSecret.New());
        var secret = _stored.Secret;

        await Handle(new WebhookInput());
        await Handle(new WebhookInput { Key = "", Endpoint = "", Method = "" });

        Assert.That(_stored.Settings, Is.EqualTo(WebhookRequests.Settings));
        Assert.That(_stored.Secret, Is.SameAs(secret));
    }

    [Test]
    public async Task What_is_said_takes_its_place()
    {
        var told = await Handle(new WebhookInput
        {
            Key = "k",
            Events = ["delete"],
            Endpoint = "https://example.org",
            Method = "get",
            Headers = new Dictionary<string, string>(),
            Payload = ReadOnlyMemory<byte>.Empty,
            AddEventData = false,
            ChangedOnly = false,
            TimeoutSeconds = new Given<long?>(null),
        });

        Assert.That(_stored.Settings.Pattern.Text, Is.EqualTo("k"));
        Assert.That(_stored.Settings.Events.Names, Is.EqualTo(["delete"]));
        Assert.That(_stored.Settings.Endpoint, Is.EqualTo("https://example.org"));
        Assert.That(_stored.Settings.Method, Is.EqualTo("GET"));
        Assert.That(_stored.Settings.Headers, Is.Empty);
        Assert.That(_stored.Settings.Payload.IsEmpty, Is.True);
        Assert.That(_stored.Settings.AddEventData, Is.False);
        Assert.That(_stored.Settings.ChangedOnly, Is.False);
        Assert.That(_stored.Settings.TimeoutSeconds, Is.Null);
        Assert.That(told!.Key, Is.EqualTo("k"));
    }

    [Test]
    public async Task A_masked_header_stays_whatever_the_case_of_its_name_and_those_that_are_not_named_go()
    {
        await Handle(new WebhookInput { Headers = new Dictionary<string, string> { ["x-token"] = "********", ["X-New"] = "new" } });

        Assert.That(
            _stored.Settings.Headers, Is.EquivalentTo(new Dictionary<string, string> { ["x-token"] = "hidden", ["X-New"] = "new" }));
    }

    [Test]
    public async Task A_masked_header_that_is_empty_stays()
    {
        await Handle(new WebhookInput { Headers = new Dictionary<string, string> { ["X-Empty"] = "********" } });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(new Dictionary<string, string> { ["X-Empty"] = "" }));
    }

    [Test]
    public void A_masked_header_that_is_not_there_is_refused() => Assert.That(
        () => Handle(new WebhookInput { Headers = new Dictionary<string, string> { ["X-Other"] = "********" } }),
        Throws.InstanceOf<ValidationException>().With.Message.Contains("'X-Other' is masked"));

    [Test]
    public async Task A_secret_is_set_kept_when_masked_and_removed_by_null()
    {
        var secret = WebhookSecret.New().Reveal();

        var told = await Handle(new WebhookInput { Secret = new Given<string?>(secret) });
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));
        Assert.That(told!.HasSecret, Is.True);

        await Handle(new WebhookInput { Secret = new Given<string?>("********") });
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));

        await Handle(new WebhookInput { Secret = new Given<string?>(null) });
        Assert.That(_stored.Secret, Is.Null);
    }

    [Test]
    public async Task Its_owner_disables_and_enables_it()
    {
        var told = await Handle(new WebhookInput { Status = "disabled" });
        Assert.That(told!.DisabledReason, Is.EqualTo("Disabled by its owner."));
        Assert.That(told.IsActive, Is.False);

        Assert.That((await Handle(new WebhookInput { Status = "active" }))!.DisabledReason, Is.Null);
    }

    [Test]
    public async Task One_that_is_disabled_keeps_its_reason()
    {
        _stored.Disable("The receiver answered 410 Gone.");

        await Handle(new WebhookInput { Status = "disabled" });
        await Handle(new WebhookInput { Key = "k" });

        Assert.That(_stored.DisabledReason, Is.EqualTo("The receiver answered 410 Gone."));
    }

    [Test]
    public async Task A_change_that_came_too_late_is_made_again_on_what_is_there_now()
    {
        Save(false, false, true);
        _repository
            .SetupSequence(repository => repository.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(WebhookRequests.Stored())
            .ReturnsAsync(WebhookRequests.Stored())
            .ReturnsAsync(WebhookRequests.Stored(WebhookRequests.Settings with { Endpoint = "http://theirs.example" }));

        var told = await Handle(new WebhookInput { Key = "mine" });

        Assert.That(told!.Key, Is.EqualTo("mine"));
        Assert.That(told.Endpoint, Is.EqualTo("http://theirs.example"));
    }

    [Test]
    public void A_change_that_always_comes_too_late_is_given_up()
    {
        Save(false);

        Assert.That(() => Handle(new WebhookInput()), Throws.InstanceOf<StoreUnavailableException>());
    }

    [Test]
    public async Task Without_a_webhook_there_is_no_answer()
    {
        _stored = null!;

        Assert.That(await Handle(new WebhookInput()), Is.Null);
        Assert.That(await Handle(new WebhookInput(), "no-id"), Is.Null);
    }

    // The last answer holds for all further ones.
    private void Save(params bool[] answers)
    {
        var next = 0;
        _repository
            .Setup(repository => repository.Update(It.IsAny<Webhook>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => answers[Math.Min(next++, answers.Length - 1)]);
    }

    private Task<WebhookDto?> Handle(WebhookInput input, string? id = null) =>
        new UpdateWebhookHandler(_repository.Object, WebhookRequests.Mapper)
            .Handle(WebhookRequests.Update with { Id = id ?? WebhookRequests.Update.Id, Input = input }, CancellationToken.None);
}
