using Microsoft.Extensions.Caching.Memory;

namespace Kv.Api.Access;

/// <summary>
/// Tokens that were verified a moment ago, and whose they are. To verify a signature costs as much as the rest of a request, and a program
/// sends the same token with each. Only good ones are in here, so strangers take no room.
/// </summary>
internal sealed class VerifiedTokens : IDisposable
{
    // In characters; some thousand tokens.
    private const long MaxSize = 4 * 1024 * 1024;

    // An issuer may take a key back before the tokens expire that it has signed.
    private static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _tokens = new(new MemoryCacheOptions { SizeLimit = MaxSize });

    /// <summary>Whose a token is; null when it must be verified.</summary>
    public Identity? Find(string token) => _tokens.Get<Identity>(token);

    /// <summary>Remembers a token that is good.</summary>
    /// <param name="token">The token.</param>
    /// <param name="identity">Whose it is.</param>
    /// <param name="left">For how long it is good.</param>
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
