using Microsoft.Extensions.Caching.Memory;

namespace Kv.Api.Access;

/// <summary>
/// A cache of verified tokens. Verifying a signature costs as much as the rest of a request, and clients send the same
/// token with every request. The cache holds only valid tokens, so forged ones take no memory.
/// </summary>
internal sealed class VerifiedTokens : IDisposable
{
    // In characters: several thousand tokens.
    private const long MaxSize = 4 * 1024 * 1024;

    // An issuer may revoke a key before its tokens expire.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _tokens = new(new MemoryCacheOptions { SizeLimit = MaxSize });

    /// <summary>The caller of a token; null when the token must be verified.</summary>
    public Identity? Find(string token) => _tokens.Get<Identity>(token);

    /// <summary>Adds a valid token.</summary>
    /// <param name="left">The remaining validity.</param>
    public void Add(string token, Identity identity, TimeSpan left)
    {
        if (left > TimeSpan.Zero)
            _tokens.Set(token, identity, new MemoryCacheEntryOptions
            {
                AbsoluteExpirationRelativeToNow = left < LongestTrust ? left : LongestTrust,
                Size = token.Length,
            });
    }

    public void Dispose() => _tokens.Dispose();
}
