using FluentValidation;
using Kv.Application.Deliveries;
using Kv.Application.Webhooks;
using Kv.Domain;
using Kv.Domain.Webhooks;
using NUnit.Framework.Constraints;

namespace Kv.Application.Tests.Webhooks;

/// <summary>The rules for the input of a registration and of a change of a webhook.</summary>
internal sealed class ValidatorTests
{
    private const string WrongEvent =
        "Event must be create, update, delete (deleted or expired), expire, '*' (all), or an array of these";
    private const string WrongEndpoint =
        "Endpoint must be an absolute http or https URL whose host is not percent-encoded";
    private const string WrongMethod = "Method must be one of GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD";

    private const string Endpoint = "http://example.com/";

    private static readonly Limits Limits = new() { MaxKeyLength = 5 };

    [TestCase(null, "Key must not be empty", null)]
    [TestCase("", "Key must not be empty", null)]
    [TestCase("*", null, null)]
    [TestCase("12345", null, null)]
    [TestCase("12345*", null, null)]
    [TestCase("👍👍👍👍👍*", null, null)]
    [TestCase("123456", "Key too long (max 5 characters)", "Key too long (max 5 characters)")]
    [TestCase("123456*", "Key too long (max 5 characters)", "Key too long (max 5 characters)")]
    public void The_key(string? key, string? atFirst, string? later) =>
        Expect(WebhookRequests.Input with { Key = key }, atFirst, later);

    private static readonly object?[][] Events =
    [
        [null, "Event must not be empty", null],
        [Array.Empty<string>(), "Event must not be empty", "Event must not be empty"],
        [new[] { "Create" }, null, null],
        [new[] { "create", "EXPIRE" }, null, null],
        [new[] { "*" }, null, null],
        [new[] { "" }, WrongEvent, WrongEvent],
        [new[] { "ping" }, WrongEvent, WrongEvent],
        [new[] { "create", "?" }, WrongEvent, WrongEvent],
        [new[] { "create,update" }, WrongEvent, WrongEvent],
    ];

    [TestCaseSource(nameof(Events))]
    public void The_event(string[]? events, string? atFirst, string? later) =>
        Expect(WebhookRequests.Input with { Events = events }, atFirst, later);

    [TestCase(null, "Endpoint must not be empty", null)]
    [TestCase("", "Endpoint must not be empty", null)]
    [TestCase("https://example.com:8443/a?b=c", null, null)]
    [TestCase("HTTP://10.0.0.1", null, null)]
    [TestCase("example.com", WrongEndpoint, WrongEndpoint)]
    [TestCase("/hook", WrongEndpoint, WrongEndpoint)]
    [TestCase("ftp://example.com", WrongEndpoint, WrongEndpoint)]
    [TestCase("http://a\r\nb", WrongEndpoint, WrongEndpoint)]
    [TestCase("http://ex%61mple.com", WrongEndpoint, WrongEndpoint)]
    public void The_endpoint(string? endpoint, string? atFirst, string? later) =>
        Expect(WebhookRequests.Input with { Endpoint = endpoint }, atFirst, later);

    [Test]
    public void The_length_of_the_endpoint()
    {
        var longest = Endpoint.PadRight(WebhookSettings.MaxEndpointLength, 'a');

        Expect(WebhookRequests.Input with { Endpoint = longest }, null);
        Expect(WebhookRequests.Input with { Endpoint = longest + "a" }, "Endpoint too long (max 2048 characters)");
    }

    [TestCase(null, null)]
    [TestCase("", null)]
    [TestCase("post", null)]
    [TestCase("OPTIONS", null)]
    [TestCase("TRACE", WrongMethod)]
    [TestCase("GET ", WrongMethod)]
    public void The_method(string? method, string? error) =>
        Expect(WebhookRequests.Input with { Method = method }, error);

    [TestCase("X-A", "a", null)]
    [TestCase("Authorization", "Bearer a\tb", null)]
    [TestCase("X-A", "", null)]
    [TestCase("Content-Type", "text/plain", null)]
    [TestCase("", "a", "Header '' has an invalid name: use letters, digits and -_.~!#$%&'*+^`|")]
    [TestCase("X A", "a", "Header 'X A' has an invalid name: use letters, digits and -_.~!#$%&'*+^`|")]
    [TestCase("X-A:", "a", "Header 'X-A:' has an invalid name: use letters, digits and -_.~!#$%&'*+^`|")]
    [TestCase("host", "a", "Header 'host' is reserved")]
    [TestCase("Webhook-Signature", "a", "Header 'Webhook-Signature' is reserved")]
    [TestCase("kv-namespace", "a", "Header 'kv-namespace' is reserved")]
    [TestCase("KV-App-Name", "a", "Header 'KV-App-Name' is reserved")]
    [TestCase("X-Api-Key", "a", "Header 'X-Api-Key' is reserved")]
    [TestCase("Authorization", "a", null)]
    [TestCase("X-A", "a\r\nX-B: b", "Header 'X-A' may hold printable ASCII characters and tabs, and no line breaks "
        + "or other control characters")]
    [TestCase("X-A", "a\nb", "Header 'X-A' may hold printable ASCII characters and tabs, and no line breaks or "
        + "other control characters")]
    [TestCase("X-A", "a\0", "Header 'X-A' may hold printable ASCII characters and tabs, and no line breaks or other "
        + "control characters")]
    [TestCase("X-A", "é", "Header 'X-A' may hold printable ASCII characters and tabs, and no line breaks or other "
        + "control characters")]
    public void A_header(string name, string value, string? error) => Expect(WithHeader(name, value), error);

    [Test]
    public void The_number_of_headers_and_their_lengths()
    {
        Expect(WithHeaders(50), null);
        Expect(WithHeaders(51), "Too many headers (max 50)");
        Expect(WithHeader("X-A", new string('a', 4096)), null);
        Expect(WithHeader("X-A", new string('a', 4097)), "Header 'X-A' is too long (max 4096 characters)");
        Expect(
            WithHeader(new string('a', 4097), ""),
            $"Header '{new string('a', 64)}...' has a name that is too long (max 4096 characters)");
    }

    [Test]
    public void The_payload()
    {
        Expect(WebhookRequests.Input with { Payload = new byte[65_536] }, null);
        Expect(WebhookRequests.Input with { Payload = new byte[65_537] }, "Payload too large (max 65536 bytes)");
    }

    [TestCase(null, null)]
    [TestCase(1L, null)]
    [TestCase(30L, null)]
    [TestCase(0L, null)]
    [TestCase(-1L, "Timeout must be between 1 and 30 seconds")]
    [TestCase(31L, "Timeout must be between 1 and 30 seconds")]
    [TestCase(long.MaxValue, "Timeout must be between 1 and 30 seconds")]
    public void The_timeout(long? seconds, string? error) =>
        Expect(WebhookRequests.Input with { TimeoutSeconds = seconds }, error);

    [TestCase(24, true)]
    [TestCase(64, true)]
    [TestCase(23, false)]
    [TestCase(65, false)]
    public void The_size_of_a_secret(int bytes, bool isFine) =>
        Expect(WithSecret($"whsec_{Convert.ToBase64String(new byte[bytes])}"), isFine ? null : SecretError);

    [TestCase("whsec_")]
    [TestCase("whsec_not base64, surely not base64")]
    [TestCase("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void A_malformed_secret(string text) => Expect(WithSecret(text), SecretError);

    [Test]
    public void No_secret() => Expect(WithSecret(null), null);

    [Test]
    public void A_mask_is_valid_in_a_change_and_not_in_a_registration()
    {
        Expect(WithSecret("********"), SecretError, null);
        Expect(
            WithHeader("X-A", "********"),
            "Header 'X-A' is masked, but no value is stored: send the value", null);
    }

    [TestCase(null, null)]
    [TestCase("active", null)]
    [TestCase("disabled", null)]
    [TestCase("paused", "Status must be one of: active, disabled")]
    public void The_status(string? status, string? error) =>
        Expect(WebhookRequests.Input with { Status = status }, error);

    [Test]
    public void All_errors_are_reported_at_once_under_the_names_of_the_contract()
    {
        var input = new WebhookInput
        {
            Method = "x",
            Headers = new Dictionary<string, string> { ["Host"] = "" },
            Payload = new byte[65_537],
            TimeoutSeconds = 31,
            Secret = "whsec_",
            Status = "",
        };

        Assert.That(
            new RegisterWebhookValidator(Limits, WebhookRequests.Policy).Validate(new RegisterWebhook("", "", input))
                .Errors.Select(error => error.PropertyName),
            Is.EquivalentTo(
            [
                "key", "event", "endpoint", "method", "headers", "payload", "timeout_seconds", "secret", "status",
                "Namespace", "AppName",
            ]));
    }

    [Test]
    public void A_change_may_be_empty() =>
        Assert.That(
            Errors(new UpdateWebhookValidator(Limits, WebhookRequests.Policy), WebhookRequests.Update), Is.Empty);

    [Test]
    public void The_start_of_a_key_in_a_listing()
    {
        Assert.That(Errors(new ListWebhooksValidator(Limits), new ListWebhooks("space", "app")), Is.Empty);
        Assert.That(Errors(new ListWebhooksValidator(Limits), new ListWebhooks("space", "app", "12345")), Is.Empty);
        Assert.That(
            Errors(new ListWebhooksValidator(Limits), new ListWebhooks("space", "app", "123456")),
            Is.EqualTo(["Key too long (max 5 characters)"]));
    }

    [Test]
    public void The_tenant_of_every_request()
    {
        string[] expected = ["Namespace must not be empty", "App name must not be empty"];

        Assert.That(Errors(new GetWebhookValidator(Limits), new GetWebhook("", "", "id")), Is.EqualTo(expected));
        Assert.That(Errors(new ListWebhooksValidator(Limits), new ListWebhooks("", "")), Is.EqualTo(expected));
        Assert.That(Errors(new DeleteWebhookValidator(Limits), new DeleteWebhook("", "", "id")), Is.EqualTo(expected));
        Assert.That(
            Errors(new RotateWebhookSecretValidator(Limits), new RotateWebhookSecret("", "", "id")),
            Is.EqualTo(expected));
        Assert.That(Errors(new PingWebhookValidator(Limits), new PingWebhook("", "", "id")), Is.EqualTo(expected));
        Assert.That(
            Errors(
                new UpdateWebhookValidator(Limits, WebhookRequests.Policy),
                WebhookRequests.Update with { Namespace = "", AppName = "" }), Is.EqualTo(expected));
    }

    private const string SecretError = "Secret must be whsec_ and the base64 of 24 to 64 bytes";

    private static WebhookInput WithHeader(string name, string value) =>
        WebhookRequests.Input with { Headers = new Dictionary<string, string> { [name] = value } };

    private static WebhookInput WithHeaders(int count) =>
        WebhookRequests.Input with
        {
            Headers = Enumerable.Range(0, count).ToDictionary(number => $"X-{number}", _ => "a"),
        };

    private static WebhookInput WithSecret(string? secret) =>
        WebhookRequests.Input with { Secret = secret };

    private static void Expect(WebhookInput input, string? always) => Expect(input, always, always);

    private static void Expect(WebhookInput input, string? atFirst, string? later)
    {
        Assert.That(
            Errors(
                new RegisterWebhookValidator(Limits, WebhookRequests.Policy),
                WebhookRequests.Register with { Input = input }), IsJust(atFirst), "at first");
        Assert.That(
            Errors(
                new UpdateWebhookValidator(Limits, WebhookRequests.Policy),
                WebhookRequests.Update with { Input = input }), IsJust(later), "later");
    }

    private static IResolveConstraint IsJust(string? error) => error is null ? Is.Empty : Is.EqualTo([error]);

    private static IEnumerable<string> Errors<TRequest>(AbstractValidator<TRequest> validator, TRequest request) =>
        validator.Validate(request).Errors.Select(error => error.ErrorMessage);
}
