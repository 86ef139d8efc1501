using Kv.Application.KeyValues;

namespace Kv.Application.Access;

/// <summary>Creates an API key. The result is null when the limit of API keys is reached.</summary>
/// <param name="Name">A name for people to read; null for no name.</param>
/// <param name="IsAdministrator">
/// Whether the key allows everything, including the management of API keys. The remaining parameters are null then.
/// </param>
/// <param name="Namespace">The namespace, or <c>*</c> for all.</param>
/// <param name="AppName">The app, or <c>*</c> for all.</param>
/// <param name="Prefix">The prefix of the keys; null for all keys.</param>
/// <param name="Verbs">The names of the allowed verbs.</param>
/// <param name="Ttl">The key's validity in seconds; null for no expiry.</param>
public sealed record CreateApiKey(
    string? Name, bool IsAdministrator, string? Namespace, string? AppName, string? Prefix,
    IReadOnlyList<string>? Verbs, long? Ttl)
    : IRequest<IssuedApiKey?>, IAdministrativeRequest;

/// <summary>A new API key.</summary>
/// <param name="Key">The stored part of the key.</param>
/// <param name="Secret">The text that its holder sends. It is returned only once.</param>
public sealed record IssuedApiKey(ApiKeyDto Key, ApiKeySecret Secret);

internal sealed class CreateApiKeyValidator : AbstractValidator<CreateApiKey>
{
    private const long MaxTtlSeconds = 10L * 365 * 24 * 60 * 60;

    public CreateApiKeyValidator(Limits limits)
    {
        RuleFor(request => request.Name ?? "")
            .Must(name => Text.Length(name) <= ApiKey.MaxNameLength)
            .WithMessage($"Name too long (max {ApiKey.MaxNameLength} characters)")
            .Must(name => Text.IsWellFormed(name) && !Text.HasControlCharacter(name))
            .WithMessage("Name must be text without control characters")
            .OverridePropertyName("name");
        RuleFor(request => request.Ttl)
            .Must(ttl => ttl is null or (>= 1 and <= MaxTtlSeconds))
            .WithMessage($"TTL must be between 1 and {MaxTtlSeconds} seconds");
        When(request => request.IsAdministrator, () => RuleFor(request => request)
            .Must(request =>
                (request.Namespace, request.AppName, request.Prefix, request.Verbs) is (null, null, null, null))
            .WithMessage("An administrator's key allows everything: "
                + "namespace, app, prefix and verbs must not be given with admin")
            .OverridePropertyName("admin"));
        Unless(request => request.IsAdministrator, () => RuleForScope(limits));
    }

    private void RuleForScope(Limits limits)
    {
        RuleForName(request => request.Namespace, "Namespace", "namespace", limits.MaxNamespaceLength);
        RuleForName(request => request.AppName, "App", "app", limits.MaxAppNameLength);
        RuleFor(request => request.Prefix ?? "").KeyPrefix(limits).OverridePropertyName("prefix");
        RuleFor(request => request.Verbs)
            .Must(verbs => verbs is not null && AccessVerbNames.TryParse(verbs) is not null)
            .WithMessage($"Verbs must be some of: {string.Join(", ", AccessVerbNames.All)}");
    }

    private void RuleForName(
        System.Linq.Expressions.Expression<Func<CreateApiKey, string?>> name, string what, string field,
        int maxLength) => RuleFor(name)
        .Cascade(CascadeMode.Stop)
        .Must(text => !string.IsNullOrEmpty(text)).WithMessage($"{what} must not be empty; '{Grant.Any}' is for all")
        .Must(text => Text.Length(text!) <= maxLength).WithMessage($"{what} too long (max {maxLength} characters)")
        .Must(text => Grant.IsName(text!))
        .WithMessage($"{what} must be '{Grant.Any}', or without '/', '*' and control characters")
        .OverridePropertyName(field);
}

internal sealed class CreateApiKeyHandler(
    IApiKeyRepository keys, ApiKeyAuthentication authentication, IMapper mapper, TimeProvider time)
    : IRequestHandler<CreateApiKey, IssuedApiKey?>
{
    // Every replica keeps all keys in memory. Concurrent calls may exceed the limit by a few keys.
    private const int MaxKeys = 10_000;

    public async Task<IssuedApiKey?> Handle(CreateApiKey request, CancellationToken cancellationToken)
    {
        if ((await keys.List(cancellationToken)).Count >= MaxKeys)
            return null;
        var secret = ApiKeySecret.New();
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var grants = request.IsAdministrator ? Grants.All : new Grants(isAdministrator: false,
            [new Grant(request.Namespace!, request.AppName!, request.Prefix ?? "",
                AccessVerbNames.TryParse(request.Verbs!)!.Value)]);
        var key = ApiKey.Create(secret, grants, request.Name ?? "", now, now + request.Ttl);
        await keys.Add(key, cancellationToken);
        authentication.Forget();
        return new IssuedApiKey(mapper.Map<ApiKeyDto>(key), secret);
    }
}
