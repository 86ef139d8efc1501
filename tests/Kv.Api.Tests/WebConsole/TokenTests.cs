using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;
using Microsoft.Playwright;

namespace Kv.Api.Tests.WebConsole;

/// <summary>The console where callers must send a JSON Web Token.</summary>
internal sealed class TokenTests(Engine engine) : ConsoleTest(engine)
{
    protected override (string Name, string? Value)[] Settings =>
        [("AUTH", "jwt"), ("JWT_ISSUER", TokenIssuer.Name), ("JWT_AUDIENCE", TokenIssuer.Audience),
            ("JWT_KEY_FILE", TokenIssuer.RsaFile)];

    [Test]
    public async Task A_token_shows_what_its_scopes_allow()
    {
        var writer = new KvClient(Host.Http, Kv.Namespace, Kv.AppName) { Credential = Token("read,write") };
        await writer.Put("motd", "hello");

        await Go("keys");
        await Field("API key or token").FillAsync(Token("read"));
        await Button("Continue").ClickAsync();

        await TreeItem("motd").ClickAsync();
        await Page.Locator("pre.text", new() { HasText = "hello" }).WaitForAsync();
        await Sees("The credential allows read.");
        await Assertions.Expect(Button("New key")).ToHaveCountAsync(0);
        await Assertions.Expect(Button("Edit")).ToHaveCountAsync(0);
    }

    private string Token(string verbs) =>
        TokenIssuer.Sign(TokenIssuer.Claims($"kv:{Kv.Namespace}/{Kv.AppName}:{verbs}"));
}
