using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Access;

/// <summary>A long call ends when its token expires.</summary>
internal sealed class EndedTokenTests(Engine engine) : EngineTests(engine)
{
    protected override (string Name, string? Value)[] Settings =>
        [("AUTH", "jwt"), ("JWT_ISSUER", TokenIssuer.Name), ("JWT_AUDIENCE", TokenIssuer.Audience),
            ("JWT_KEY_FILE", TokenIssuer.RsaFile)];

    [Test]
    public async Task A_watch_and_a_long_poll_end_with_their_token()
    {
        var claims = TokenIssuer.Claims($"kv:{Kv.Namespace}/{Kv.AppName}:read");
        // A little of the allowed skew (30 s) is left.
        claims["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 27;
        var holder = new KvClient(Host.Http, Kv.Namespace, Kv.AppName) { Credential = TokenIssuer.Sign(claims) };
        using var watch = await LastingCall.Begin(Host.Address, holder, "GET", "/watch");
        using var poll = await LastingCall.Begin(
            Host.Address, holder, "GET", "/kv/k?wait=60", contentType: null, "If-None-Match: \"0\"");

        var watched = await watch.Answer();
        Assert.That(watched.Status, Is.EqualTo(200), watched.ToString());
        Assert.That(watched.Body, Does.Contain("\nevent: unauthorized\n"));
        Expect.Problem(await poll.Answer(), 401, "Unauthorized");
    }
}
