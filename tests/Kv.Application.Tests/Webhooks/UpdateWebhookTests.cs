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
        Assert.That(told!.Key, Is.EqualTo("k"));
    }

    [Test]
    public async Task A_masked_header_stays_whatever_the_case_of_its_name_and_those_that_are_not_named_go()
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

        var told = await Handle(new WebhookInput { Secret = secret });
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));
        Assert.That(told!.HasSecret, Is.True);

        await Handle(new WebhookInput { Secret = "********" });
        Assert.That(_stored.Secret!.Reveal(), Is.EqualTo(secret));

        await Handle(new WebhookInput { Secret = "" });
        Assert.That(_stored.Secret, Is.Null);
    }

    [TestCase("https://example.com/hook")]
    [TestCase("http://example.com:8080/hook")]
    [TestCase("http://example.org/hook")]
    public async Task At_another_origin_neither_the_secrets_nor_hidden_headers_stay(string endpoint)
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
    public async Task At_the_same_origin_they_stay(string endpoint)
    {
        _stored.SetSecret(WebhookSecret.New());
        var secret = _stored.Secret;

        await Handle(new WebhookInput { Endpoint = endpoint });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(WebhookRequests.Settings.Headers));
        Assert.That(_stored.Secret, Is.SameAs(secret));
    }

    [Test]
    public async Task What_is_given_anew_goes_to_the_other_origin()
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
    public void A_mask_does_not_bring_anything_to_another_origin()
    {
        _stored.SetSecret(WebhookSecret.New());
        var elsewhere = new WebhookInput { Endpoint = "http://example.org" };

        Assert.That(
            () => Handle(elsewhere with { Headers = new Dictionary<string, string> { ["X-Token"] = "********" } }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains(
                "'X-Token' is masked and must be given anew"));
        Assert.That(
            () => Handle(elsewhere with { Secret = "********" }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("Secret is masked and must be given anew"));
    }

    [Test]
    public async Task Headers_that_answers_show_stay_at_another_origin()
    {
        _policy = new HeaderPolicy { AreShown = true };

        await Handle(new WebhookInput { Endpoint = "http://example.org" });

        Assert.That(_stored.Settings.Headers, Is.EqualTo(WebhookRequests.Settings.Headers));
    }

    [Test]
    public async Task A_masked_password_in_the_endpoint_stays()
    {
        _stored = WebhookRequests.Stored(
            WebhookRequests.Settings with { Endpoint = "http://user:p%40ss@example.com/hook" });

        var told = await Handle(new WebhookInput { Endpoint = "http://user:********@example.com/other" });

        Assert.That(_stored.Settings.Endpoint, Is.EqualTo("http://user:p%40ss@example.com/other"));
        Assert.That(told!.Endpoint, Is.EqualTo("http://user:********@example.com/other"));
    }

    [TestCase("http://example.com/", "http://user:********@example.com/")]
    [TestCase("http://user:pass@example.com/", "http://other:********@example.com/")]
    [TestCase("http://user:pass@example.com/", "http://user:********@example.org/")]
    public void A_masked_password_that_is_not_there_is_refused(string stored, string given)
    {
        _stored = WebhookRequests.Stored(WebhookRequests.Settings with { Endpoint = stored });

        Assert.That(
            () => Handle(new WebhookInput { Endpoint = given }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("Endpoint has a masked password"));
    }

    [Test]
    public void It_is_not_moved_to_what_may_not_be_called()
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
            .SetupSequence(
                repository => repository.Get(WebhookRequests.Tenant, WebhookRequests.Id, It.IsAny<CancellationToken>()))
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
        new UpdateWebhookHandler(_repository.Object, _targets.Object, _policy, new AnyCaller(), WebhookRequests.Mapper)
            .Handle(
                WebhookRequests.Update with { Id = id ?? WebhookRequests.Update.Id, Input = input },
                CancellationToken.None);
}
