using Kv.Domain.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kv.Api.Access;

/// <summary>
/// Takes JSON Web Tokens (RFC 7519) that the trusted issuer signed for this service, as RFC 8725 has it: the algorithms are
/// pinned by the keys, issuer, audience and expiry must be there and hold, and no key that a token itself names is used.
/// </summary>
internal sealed class JwtAuthenticator : IAuthenticator, IDisposable
{
    private const string ScopePrefix = "kv:";
    private const string Administrator = "admin";
    private const int MaxNameLength = 100;

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly JsonWebTokenHandler _handler = new();
    private readonly JwtOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<JwtKeySet>? _keys;
    private readonly IssuerMetadata? _issuer;
    private volatile Rules _rules;

    /// <param name="options">Which tokens are taken.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told when the issuer is away.</param>
    /// <param name="keys">The keys of the key file as they are now, where there is one.</param>
    public JwtAuthenticator(
        JwtOptions options, TimeProvider time, ILogger<JwtAuthenticator> logger, Func<JwtKeySet>? keys = null)
    {
        (_options, _time, _keys) = (options, time, keys);
        _issuer = options.Authority is { } authority ? new IssuerMetadata(authority, logger) : null;
        _rules = RulesWith(keys?.Invoke());
    }

    public ValueTask<Identity?> Authenticate(string credential, CancellationToken cancellationToken)
    {
        var rules = CurrentRules();
        return rules.Verified.Find(credential) is { } known ? new(known) : Verify(credential, rules, cancellationToken);
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
        if (validation is not { IsValid: true, SecurityToken: JsonWebToken token })
            return null;
        var identity = new Identity(NameOf(token.Subject ?? ""), GrantsOf(token));
        rules.Verified.Add(credential, identity, token.ValidTo - _time.GetUtcNow().UtcDateTime + Skew);
        return identity;
    }

    // Two at once may both make the new ones, which are alike.
    private Rules CurrentRules() => _keys?.Invoke() is { } keys && !ReferenceEquals(keys, _rules.Keys) ? _rules = RulesWith(keys) : _rules;

    private Rules RulesWith(JwtKeySet? keys) => new(keys, new TokenValidationParameters
    {
        ValidIssuer = _options.Issuer,
        ValidAudience = _options.Audience,
        ValidAlgorithms = keys?.Algorithms ?? JwtKeys.AsymmetricAlgorithms,
        IssuerSigningKeys = keys?.Keys ?? [],
        ConfigurationManager = _issuer?.Manager,
        ClockSkew = Skew,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ValidateIssuerSigningKey = true,
        // What is wrong with strangers' tokens is no news.
        LogValidationExceptions = false,
    });

    private Grants GrantsOf(JsonWebToken token)
    {
        var isAdministrator = false;
        var granted = new List<Grant>();
        // One text with spaces between the scopes (RFC 9068, section 2.2.3), or an array of texts.
        foreach (var claim in token.Claims.Where(claim => claim.Type == _options.ScopeClaim))
            foreach (var scope in claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                // Others' scopes are none of Kv's concern, and what is no grant grants nothing.
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

    // The issuer's users may choose their names, and a log's lines must stay its own.
    private static string NameOf(string subject) => string.Concat(
        subject.Take(MaxNameLength).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));

    /// <summary>How tokens are judged, by which keys of the key file, and which were found good so.</summary>
    private sealed record Rules(JwtKeySet? Keys, TokenValidationParameters Parameters)
    {
        public VerifiedTokens Verified { get; } = new();
    }
}
