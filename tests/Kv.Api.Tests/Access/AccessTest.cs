using Kv.Api.Tests.Hosting;
using Kv.Application.Access;
using Kv.Domain.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Access;

/// <summary>Tests of the access of callers with API keys, on either engine.</summary>
internal abstract class AccessTest(Engine engine) : EngineTests(engine)
{
    protected const string Denied = "Forbidden";

    protected override (string Name, string? Value)[] Settings => [("AUTH", "apikey"), ("WEBHOOK_TARGETS", "private")];

    /// <summary>Makes an API key as the command line does, past the API.</summary>
    protected async Task<ApiKeySecret> Issue(Grants grants, long? expireAt = null)
    {
        var secret = ApiKeySecret.New();
        await Host.Services.GetRequiredService<IApiKeyRepository>().Add(
            ApiKey.Create(secret, grants, "test", createdAt: 0, expireAt), CancellationToken.None);
        // The next request need not wait until Kv notices the new key.
        Host.Services.GetRequiredService<ApiKeyAuthentication>().Forget();
        return secret;
    }

    /// <summary>A client of this test's tenant, or of another one, whose key allows everything.</summary>
    protected async Task<KvClient> Administrator(KvClient? tenant = null) => Holder(await Issue(Grants.All), tenant);

    /// <summary>A client whose key is valid for this test's tenant.</summary>
    protected async Task<KvClient> Holder(AccessVerbs verbs, string prefix = "") =>
        Holder(await Issue(Of(new Grant(Kv.Namespace!, Kv.AppName!, prefix, verbs))));

    protected KvClient Holder(ApiKeySecret secret, KvClient? tenant = null) =>
        new(Host.Http, (tenant ?? Kv).Namespace, (tenant ?? Kv).AppName) { Credential = secret.Reveal() };

    protected static Grants Of(params Grant[] grants) => new(isAdministrator: false, grants);

    /// <summary>
    /// The answer to a call that the credentials do not allow. It does not depend on the stored data.
    /// </summary>
    protected static void ExpectForbidden(Answer answer)
    {
        Expect.Problem(answer, 403, Denied);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                answer.Json.GetProperty("detail").GetString(),
                Does.Match(
                    "^The credentials (allow nothing in|do not allow [a-z ]+ on these keys of) namespace '.+' and "
                        + "app '.+'\\.$")
                    .Or.EqualTo("Only an administrator may do this."));
            Assert.That(
                answer.Header("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"kv\", error=\"insufficient_scope\""));
        }
    }

    protected static void ExpectUnauthorized(Answer answer)
    {
        Expect.Problem(answer, 401, "Unauthorized");
        Assert.That(answer.Header("WWW-Authenticate"), Does.StartWith("Bearer realm=\"kv\""));
    }
}
