using System.Security.Claims;
using Kv.Domain.Access;
using Kv.Domain.Webhooks;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>
/// Authenticates JSON Web Tokens (RFC 7519) that the trusted issuer signed for this service, by the rules of RFC 8725:
/// the key determines the allowed algorithms; issuer, audience and expiry are required and checked; keys inside a token
/// are ignored.
/// </summary>
internal sealed class JwtAuthenticator : IAuthenticator, IDisposable
{
    private const string ScopePrefix = "kv:";
    private const string Administrator = "admin";
    private const int MaxNameLength = 100;

    // In characters: several thousand tokens.
    private const long MaxVerified = 4 * 1024 * 1024;

    private static readonly string[] AccessTokenTypes = ["at+jwt", "application/at+jwt"];
    private static readonly string[] GeneralTypes = ["", "JWT"];

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    // An issuer may revoke a key before its tokens expire.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler _handler = new();
    private readonly JwtOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<JwtKeySet>? _keys;
    private readonly IssuerMetadata? _issuer;
    private volatile Rules _rules;

    /// <param name="own">Receives the issuer's addresses.</param>
    /// <param name="logger">Logs failures of the issuer.</param>
    /// <param name="keys">Returns the present keys of the key file; null without a key file.</param>
    public JwtAuthenticator(
        JwtOptions options, OwnEndpoints own, TimeProvider time, ILogger<JwtAuthenticator> logger,
        Func<JwtKeySet>? keys = null)
    {
        (_options, _time, _keys) = (options, time, keys);
        _issuer = options.Authority is { } authority ? new IssuerMetadata(authority, own, time, logger) : null;
        _rules = RulesWith(keys?.Invoke());
    }

    public ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken)
    {
        var rules = CurrentRules();
        return rules.Verified.Get<Identity>(credential) is { } known
            ? new(known)
            : Verify(credential, rules, cancellationToken);
    }

    public void Dispose()
    {
        _issuer?.Dispose();
        _rules.Verified.Dispose();
    }

    private async ValueTask<Identity?> Verify(string credential, Rules rules, CancellationToken cancellationToken)
    {
        if (!_handler.CanReadToken(credential))
            return null;
        if (_issuer is not null)
            await _issuer.Known(cancellationToken);
        var validation = await _handler.ValidateTokenAsync(credential, rules.Parameters);
        if (validation.Exception is SecurityTokenSignatureKeyNotFoundException && _issuer is not null
            && await _issuer.Newest(cancellationToken) is { } newest)
            validation = await _handler.ValidateTokenAsync(credential, With(newest, rules.Parameters));
        if (validation is not { IsValid: true, SecurityToken: JsonWebToken token })
            return null;
        // A token with critical extensions must be refused if they are unknown (RFC 7515, section 4.1.11). Kv knows
        // none.
        if (token.TryGetHeaderValue<object>("crit", out _))
            return null;
        var identity = new Identity(Principal.OfToken(NameOf(token.Subject ?? ""), token.Issuer), GrantsOf(token));
        var left = token.ValidTo - _time.GetUtcNow().UtcDateTime + Skew;
        if (left > TimeSpan.Zero)
            rules.Verified.Set(credential, identity, new MemoryCacheEntryOptions
            {
                AbsoluteExpirationRelativeToNow = left < LongestTrust ? left : LongestTrust,
                Size = credential.Length,
            });
        return identity;
    }

    // Concurrent callers may each create the new rules; these are equal.
    private Rules CurrentRules() =>
        _keys?.Invoke() is { } keys && !ReferenceEquals(keys, _rules.Keys) ? _rules = RulesWith(keys) : _rules;

    private Rules RulesWith(JwtKeySet? keys) => new(keys, new TokenValidationParameters
    {
        ValidIssuer = _options.Issuer,
        ValidAudience = _options.Audience,
        AlgorithmValidator = static (algorithm, key, _, _) => JwtKeys.AlgorithmsOf(key).Contains(algorithm),
        TypeValidator = (type, _, _) =>
            IsAccessToken(type ?? "") ? type : throw new SecurityTokenInvalidTypeException(),
        // "kv/" and "kv" are different audiences (RFC 7519, section 4.1.3: exact comparison).
        IgnoreTrailingSlashWhenValidatingAudience = false,
        IssuerSigningKeys = keys?.Keys ?? [],
        ConfigurationManager = _issuer?.Manager,
        ClockSkew = Skew,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ValidateIssuerSigningKey = true,
        // Invalid tokens are the caller's error: do not log them.
        LogValidationExceptions = false,
    });

    private static TokenValidationParameters With(
        OpenIdConnectConfiguration newest, TokenValidationParameters parameters)
    {
        var anew = parameters.Clone();
        anew.ConfigurationManager = null;
        anew.ValidIssuer ??= newest.Issuer;
        anew.IssuerSigningKeys = newest.SigningKeys;
        return anew;
    }

    // Tokens for other uses have another type (RFC 8725, section 3.11). RFC 9068, section 2.1, requires "at+jwt" for
    // access tokens, but many issuers omit the type or set the general one.
    private bool IsAccessToken(string type) => AccessTokenTypes.Contains(type, StringComparer.OrdinalIgnoreCase)
        || (!_options.RequiresType && GeneralTypes.Contains(type, StringComparer.OrdinalIgnoreCase));

    private Grants GrantsOf(JsonWebToken token)
    {
        var isAdministrator = false;
        var granted = new List<Grant>();
        // The claim is one text with spaces between the scopes (RFC 9068, section 2.2.3), or an array of texts.
        foreach (var claim in token.Claims.Where(
            claim => claim.Type == _options.ScopeClaim && claim.ValueType == ClaimValueTypes.String))
            foreach (var scope in claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                // Ignore scopes of other services, and malformed grants.
                if (!scope.StartsWith(ScopePrefix, StringComparison.Ordinal))
                    continue;
                var text = scope[ScopePrefix.Length..];
                if (text == Administrator)
                    isAdministrator = true;
                else if (Grant.TryParse(text) is { } grant)
                    granted.Add(grant);
            }
        return new Grants(isAdministrator, granted);
    }

    // Users may choose the subject at the issuer: replace characters that could forge log lines.
    private static string NameOf(string subject) => string.Concat(
        subject.Take(MaxNameLength).Select(
            character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));

    /// <summary>
    /// The validation parameters for one state of the key file, with the tokens that were verified by them. Verifying a
    /// signature costs as much as the rest of a request, and clients send the same token with every request. Only valid
    /// tokens are kept, so forged ones take no memory.
    /// </summary>
    private sealed record Rules(JwtKeySet? Keys, TokenValidationParameters Parameters)
    {
        public MemoryCache Verified { get; } = new(new MemoryCacheOptions { SizeLimit = MaxVerified });
    }
}
