using FluentValidation;
using Kv.Application.Pipeline;
using Kv.Application.Webhooks;
using Kv.Domain.Storage;
using Kv.Domain.Webhooks;
using Moq;

namespace Kv.Application.Tests.Webhooks;

internal sealed class UpdateWebhookTests
{
    private readonly Mock<IWebhookRepository> _repository = new(MockBehavior.Strict);
    private readonly Mock<IWebhookTargets> _targets = new();
    private HeaderPolicy _policy = null!;
    private Webhook _stored = null!;

    [SetUp]
    public void Store()
    {
        _policy = WebhookRequests.Policy;
        _repository.Reset();
        _targets.Reset();
        _stored = WebhookRequests.Stored();
        _repository
            .Setup(
                repository => repository.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => _stored);
        Save(true);
    }

    [Test]
    public async Task Omitted_and_empty_settings_are_kept()
    {
        _stored.SetSecret(WebhookSecret.New());
        var secret = _stored.Secret;

        await Handle(new WebhookInput());
        await Handle(new WebhookInput { Key = "", Endpoint = "", Method = "" });

        Assert.That(_stored.Settings, Is.EqualTo(WebhookRequests.Settings));
        Assert.That(_stored.Secret, Is.SameAs(secret));
    }

    [Test]
    public async Task Given_settings_replace_the_former_ones()
    {
        var dto = await Handle(new WebhookInput
        {
            Key = "k",
            Events = ["delete"],
            Endpoint = "https://example.org",
            Method = "get",
            Headers = new Dictionary<string, string>(),
            Payload = ReadOnlyMemory<byte>.Empty,
            AddEventData = false,
            ChangedOnly = false,
            TimeoutSeconds = 0,
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
        Assert.That(dto!.Key, Is.EqualTo("k"));
    }

    [Test]
    public async Task A_masked_header_is_kept_in_any_letter_case_and_unnamed_headers_are_removed()
    {
        await Handle(new WebhookInput
        {
            Headers = new Dictionary<string, string> { ["x-token"] = "********", ["X-New"] = "new" },
        });

        Assert.That(
            _stored.Settings.Headers,
            Is.EquivalentTo(new Dictionary<string, string> { ["x-token"] = "hidden", ["X-New"] = "new" }));
    }

    [Test]
    public async Task An_empty_masked_header_is_kept()
    {
        await Handle(new WebhookInput { Headers = new Dictionary<string, string> { ["X-Empty"] = "********" } });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(new Dictionary<string, string> { ["X-Empty"] = "" }));
    }

    [Test]
    public void A_masked_header_that_is_not_stored_is_refused() => Assert.That(
        () => Handle(new WebhookInput { Headers = new Dictionary<string, string> { ["X-Other"] = "********" } }),
        Throws.InstanceOf<ValidationException>().With.Message.Contains("'X-Other' is masked"));

    [Test]
    public async Task A_secret_is_set_kept_when_masked_and_removed_by_null()
    {
        var secret = WebhookSecret.New().Reveal();

        var dto = await Handle(new WebhookInput { Secret = secret });
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));
        Assert.That(dto!.HasSecret, Is.True);

        await Handle(new WebhookInput { Secret = "********" });
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));

        await Handle(new WebhookInput { Secret = "" });
        Assert.That(_stored.Secret, Is.Null);
    }

    [TestCase("https://example.com/hook")]
    [TestCase("http://example.com:8080/hook")]
    [TestCase("http://example.org/hook")]
    public async Task At_another_origin_secrets_and_hidden_headers_are_not_kept(string endpoint)
    {
        _stored.SetSecret(WebhookSecret.New());
        _stored.RotateSecret(WebhookSecret.New(), DateTimeOffset.UnixEpoch);

        await Handle(new WebhookInput { Endpoint = endpoint });

        Assert.That(_stored.Settings.Endpoint, Is.EqualTo(endpoint));
        Assert.That(_stored.Settings.Headers, Is.Empty);
        Assert.That((_stored.Secret, _stored.PreviousSecret), Is.EqualTo(((WebhookSecret?)null, (WebhookSecret?)null)));
    }

    [TestCase("http://example.com/another?path")]
    [TestCase("HTTP://EXAMPLE.COM:80/hook")]
    public async Task At_the_same_origin_they_are_kept(string endpoint)
    {
        _stored.SetSecret(WebhookSecret.New());
        var secret = _stored.Secret;

        await Handle(new WebhookInput { Endpoint = endpoint });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(WebhookRequests.Settings.Headers));
        Assert.That(_stored.Secret, Is.SameAs(secret));
    }

    [Test]
    public async Task Values_that_are_given_again_are_used_at_the_other_origin()
    {
        var secret = WebhookSecret.New().Reveal();
        _stored.SetSecret(WebhookSecret.New());

        await Handle(new WebhookInput
        {
            Endpoint = "http://example.org",
            Headers = new Dictionary<string, string> { ["X-Token"] = "new" },
            Secret = secret,
        });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(new Dictionary<string, string> { ["X-Token"] = "new" }));
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));
    }

    [Test]
    public void A_mask_carries_no_value_to_another_origin()
    {
        _stored.SetSecret(WebhookSecret.New());
        var elsewhere = new WebhookInput { Endpoint = "http://example.org" };

        Assert.That(
            () => Handle(elsewhere with { Headers = new Dictionary<string, string> { ["X-Token"] = "********" } }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains(
                "'X-Token' is masked: send it again"));
        Assert.That(
            () => Handle(elsewhere with { Secret = "********" }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("Secret is masked: send it again"));
    }

    [Test]
    public async Task Headers_that_are_not_hidden_are_kept_at_another_origin()
    {
        _policy = new HeaderPolicy { AreShown = true };

        await Handle(new WebhookInput { Endpoint = "http://example.org" });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(WebhookRequests.Settings.Headers));
    }

    [Test]
    public async Task A_masked_password_in_the_endpoint_is_kept()
    {
        _stored = WebhookRequests.Stored(
            WebhookRequests.Settings with { Endpoint = "http://user:p%40ss@example.com/hook" });

        var dto = await Handle(new WebhookInput { Endpoint = "http://user:********@example.com/other" });

        Assert.That(_stored.Settings.Endpoint, Is.EqualTo("http://user:p%40ss@example.com/other"));
        Assert.That(dto!.Endpoint, Is.EqualTo("http://user:********@example.com/other"));
    }

    [TestCase("http://example.com/", "http://user:********@example.com/")]
    [TestCase("http://user:pass@example.com/", "http://other:********@example.com/")]
    [TestCase("http://user:pass@example.com/", "http://user:********@example.org/")]
    public void A_masked_password_that_is_not_stored_is_refused(string stored, string given)
    {
        _stored = WebhookRequests.Stored(WebhookRequests.Settings with { Endpoint = stored });

        Assert.That(
            () => Handle(new WebhookInput { Endpoint = given }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("Endpoint has a masked password"));
    }

    [Test]
    public void It_is_not_moved_to_a_forbidden_endpoint()
    {
        _targets.Setup(targets => targets.Refusal("http://127.0.0.1", It.IsAny<CancellationToken>()))
            .ReturnsAsync("the rule");

        Assert.That(
            () => Handle(new WebhookInput { Endpoint = "http://127.0.0.1" }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("The target is not allowed: the rule"));
    }

    [Test]
    public async Task Its_owner_disables_and_enables_it()
    {
        var dto = await Handle(new WebhookInput { Status = "disabled" });
        Assert.That(dto!.DisabledReason, Is.EqualTo("Disabled by its owner."));
        Assert.That(dto.IsActive, Is.False);

        Assert.That((await Handle(new WebhookInput { Status = "active" }))!.DisabledReason, Is.Null);
    }

    [Test]
    public async Task A_disabled_webhook_keeps_its_reason()
    {
        _stored.Disable("The receiver answered 410 Gone.");

        await Handle(new WebhookInput { Status = "disabled" });
        await Handle(new WebhookInput { Key = "k" });

        Assert.That(_stored.DisabledReason, Is.EqualTo("The receiver answered 410 Gone."));
    }

    [Test]
    public async Task A_change_that_loses_a_race_is_repeated_on_the_present_state()
    {
        Save(false, false, true);
        _repository
            .SetupSequence(
                repository => repository.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
            .ReturnsAsync(WebhookRequests.Stored())
            .ReturnsAsync(WebhookRequests.Stored())
            .ReturnsAsync(WebhookRequests.Stored(WebhookRequests.Settings with { Endpoint = "http://theirs.example" }));

        var dto = await Handle(new WebhookInput { Key = "mine" });

        Assert.That(dto!.Key, Is.EqualTo("mine"));
        Assert.That(dto.Endpoint, Is.EqualTo("http://theirs.example"));
    }

    [Test]
    public void A_change_that_loses_every_race_is_given_up()
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

    // The last answer is repeated.
    private void Save(params bool[] answers)
    {
        var next = 0;
        _repository
            .Setup(repository => repository.Update(It.IsAny<Webhook>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => answers[Math.Min(next++, answers.Length - 1)]);
    }

    private Task<WebhookDto?> Handle(WebhookInput input, string? id = null) =>
        new UpdateWebhookHandler(_repository.Object, _targets.Object, _policy, new AnyCaller(), WebhookRequests.Mapper)
            .Handle(
                WebhookRequests.Update with { Id = id ?? WebhookRequests.Update.Id, Input = input },
                CancellationToken.None);
}
