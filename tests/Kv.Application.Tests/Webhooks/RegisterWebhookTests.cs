using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Webhooks;
using Kv.Domain;
using Kv.Domain.Idempotency;
using Kv.Domain.Webhooks;
using Moq;

namespace Kv.Application.Tests.Webhooks;

internal sealed class RegisterWebhookTests
{
    private readonly Mock<IWebhookRepository> _repository = new(MockBehavior.Strict);
    private readonly Mock<IWebhookTargets> _targets = new();
    private Webhook? _added;

    [SetUp]
    public void Forget()
    {
        _repository.Reset();
        _targets.Reset();
        _added = null;
    }

    [Test]
    public async Task Omitted_settings_have_the_defaults_of_the_predecessor()
    {
        Accept(true);

        var registration = await Handle(WebhookRequests.Register);

        Assert.That(registration.Id, Is.EqualTo(_added!.Id));
        Assert.That(_added.Tenant, Is.EqualTo(WebhookRequests.Tenant));
        Assert.That(_added.Settings.Pattern.Text, Is.EqualTo("user:*"));
        Assert.That(_added.Settings.Events.Names, Is.EqualTo(["update"]));
        Assert.That(_added.Settings.Method, Is.EqualTo("POST"));
        Assert.That(_added.Settings.Headers, Is.Empty);
        Assert.That(_added.Settings.Payload.IsEmpty, Is.True);
        Assert.That(_added.Settings.AddEventData, Is.False);
        Assert.That(_added.Secret, Is.Null);
        Assert.That(_added.IsActive, Is.True);
    }

    [Test]
    public async Task Given_settings_are_used()
    {
        Accept(true);
        var secret = WebhookSecret.New().Reveal();

        await Handle(WebhookRequests.Register with
        {
            Input = WebhookRequests.Input with
            {
                Method = "patch",
                Headers = new Dictionary<string, string> { ["X-A"] = "a" },
                Payload = "{}"u8.ToArray(),
                AddEventData = true,
                ChangedOnly = true,
                TimeoutSeconds = 3,
                Secret = secret,
            },
        });

        Assert.That(_added!.Settings.Method, Is.EqualTo("PATCH"));
        Assert.That(_added.Settings.Headers, Is.EqualTo(new Dictionary<string, string> { ["X-A"] = "a" }));
        Assert.That(_added.Settings.AddEventData, Is.True);
        Assert.That(_added.Settings.ChangedOnly, Is.True);
        Assert.That(_added.Settings.TimeoutSeconds, Is.EqualTo(3));
        Assert.That(_added.Secret!.Reveal(), Is.EqualTo(secret));
    }

    [Test]
    public async Task At_the_limit_of_webhooks_no_id_is_returned()
    {
        Accept(false);

        Assert.That(await Handle(WebhookRequests.Register), Is.EqualTo(new WebhookRegistration(null, 3)));
    }

    [Test]
    public void A_forbidden_endpoint_is_not_registered()
    {
        _targets.Setup(targets => targets.Refusal("http://example.com/hook", It.IsAny<CancellationToken>()))
            .ReturnsAsync("the rule");

        Assert.That(
            () => Handle(WebhookRequests.Register),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("The target is not allowed: the rule"));
        Assert.That(_added, Is.Null);
    }

    private void Accept(bool isAdded) => _repository
        .Setup(repository => repository.Add(It.IsAny<Webhook>(), 3, null, It.IsAny<CancellationToken>()))
        .Callback((Webhook webhook, int _, IdempotentRequest? _, CancellationToken _) => _added = webhook)
        .ReturnsAsync((Webhook webhook, int _, IdempotentRequest? _, CancellationToken _) =>
            new AddedWebhook(isAdded ? webhook.Id : null));

    private Task<WebhookRegistration> Handle(RegisterWebhook request) =>
        new RegisterWebhookHandler(
            _repository.Object, _targets.Object, WebhookRequests.Policy, new Limits { MaxWebhooks = 3 },
            new AnyCaller(), TimeProvider.System)
            .Handle(request, CancellationToken.None);
}
