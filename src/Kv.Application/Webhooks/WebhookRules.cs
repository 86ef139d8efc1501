namespace Kv.Application.Webhooks;

/// <summary>Rules for a caller's settings of a webhook. The first five errors are simple-golang-kv's strings.</summary>
internal static class WebhookRules
{
    public const string Active = "active";
    public const string Disabled = "disabled";

    /// <summary>The error for a masked password without a stored one.</summary>
    public const string NoStoredPassword =
        "Endpoint has a masked password, but no password is stored: send the password";

    /// <summary>
    /// The error for a masked secret when the endpoint gets another origin: the secret must not be used there.
    /// </summary>
    public const string SecretForNewOrigin =
        "Secret is masked: send it again, because the endpoint moves to another origin";

    /// <param name="isNew">Whether the webhook is new, so no stored value can be kept.</param>
    public static void RuleForInput<TRequest>(
        this AbstractValidator<TRequest> validator, Limits limits, HeaderPolicy policy, bool isNew)
        where TRequest : IWebhookInputRequest
    {
        validator.RuleForTrigger(limits, isNew);
        validator.RuleForTarget(isNew);
        validator.RuleFor(request => request.Input.Headers)
            .Custom((headers, context) =>
            {
                if (headers is not null && HeaderRules.FirstError(headers, policy, isNew) is { } error)
                    context.AddFailure("headers", error);
            });
        validator.RuleFor(request => request.Input.Payload)
            .Must(payload => payload is null || payload.Value.Length <= WebhookSettings.MaxPayloadBytes)
            .WithMessage($"Payload too large (max {WebhookSettings.MaxPayloadBytes} bytes)")
            .OverridePropertyName("payload");
        validator.RuleFor(request => request.Input.TimeoutSeconds)
            .Must(timeout => timeout is null or (>= 0 and <= WebhookSettings.MaxTimeoutSeconds))
            .WithMessage($"Timeout must be between 1 and {WebhookSettings.MaxTimeoutSeconds} seconds")
            .OverridePropertyName("timeout_seconds");
        validator.RuleFor(request => request.Input.Secret)
            .Must(secret => secret is null or "" || IsSecret(secret) || (!isNew && secret == WebhookInput.Masked))
            .WithMessage(
                $"Secret must be {WebhookSecret.Prefix} and the base64 of "
                + $"{WebhookSecret.MinBytes} to {WebhookSecret.MaxBytes} bytes")
            .OverridePropertyName("secret");
        validator.RuleFor(request => request.Input.Status)
            .Must(status => status is null or Active or Disabled)
            .WithMessage($"Status must be one of: {Active}, {Disabled}")
            .OverridePropertyName("status");
    }

    private static void RuleForTrigger<TRequest>(this AbstractValidator<TRequest> validator, Limits limits, bool isNew)
        where TRequest : IWebhookInputRequest
    {
        validator.RuleFor(request => request.Input.Key ?? "")
            .Cascade(CascadeMode.Stop)
            .Must(key => key.Length > 0 || !isNew).WithMessage("Key must not be empty")
            .Must(key => Text.Length(key) - (key.EndsWith(Key.Wildcard) ? 1 : 0) <= limits.MaxKeyLength)
            .WithMessage($"Key too long (max {limits.MaxKeyLength} characters)")
            .Must(Text.IsWellFormed).WithMessage("Key must be well-formed Unicode")
            .OverridePropertyName("key");
        validator.RuleFor(request => request.Input.Events)
            .Cascade(CascadeMode.Stop)
            .Must(events => events is null ? !isNew : events.Count > 0).WithMessage("Event must not be empty")
            .Must(events => events is null || EventFilter.TryParse(events) is not null)
            .WithMessage(
                "Event must be create, update, delete (deleted or expired), expire, '*' (all), or an array of these")
            .WithState(_ => "Event must be one of: create, update, delete")
            .OverridePropertyName("event");
    }

    private static void RuleForTarget<TRequest>(this AbstractValidator<TRequest> validator, bool isNew)
        where TRequest : IWebhookInputRequest
    {
        validator.RuleFor(request => request.Input.Endpoint ?? "")
            .Cascade(CascadeMode.Stop)
            .Must(endpoint => endpoint.Length > 0 || !isNew).WithMessage("Endpoint must not be empty")
            .Must(endpoint => endpoint.Length <= WebhookSettings.MaxEndpointLength)
            .WithMessage($"Endpoint too long (max {WebhookSettings.MaxEndpointLength} characters)")
            .Must(WebhookEndpoint.HasAsciiHost)
            .WithMessage("Endpoint must name its host in ASCII: "
                + "write a name with other letters in its form xn--..., as browsers show it")
            .Must(endpoint => endpoint.Length == 0 || WebhookSettings.IsEndpoint(endpoint))
            .WithMessage("Endpoint must be an absolute http or https URL whose host is not percent-encoded")
            .WithState(_ => "Endpoint must be an absolute http or https URL")
            .Must(endpoint => !isNew || WebhookEndpoint.PasswordOf(endpoint) != WebhookInput.Masked)
            .WithMessage(NoStoredPassword)
            .OverridePropertyName("endpoint");
        validator.RuleFor(request => request.Input.Method ?? "")
            .Must(method => method.Length == 0 || WebhookSettings.Methods.Contains(method.ToUpperInvariant()))
            .WithMessage($"Method must be one of {string.Join(", ", WebhookSettings.Methods)}")
            .WithState(_ => "Invalid method")
            .OverridePropertyName("method");
    }

    private static bool IsSecret(string text) =>
        text.StartsWith(WebhookSecret.Prefix, StringComparison.Ordinal) && WebhookSecret.TryParse(text) is not null;
}
