using Kv.Api.Errors;
using Kv.Api.Tenants;
using Kv.Application.Access;
using Kv.Domain.Storage;
using Microsoft.AspNetCore.Authorization;

namespace Kv.Api.Access;

/// <summary>
/// Lets nobody in whom it does not know, but to what is open to all: a route is closed unless it says otherwise. It also turns
/// away, before their bodies are read, those who may do nothing with the tenant that they name; which keys they may use is told by
/// the requests themselves.
/// </summary>
internal sealed partial class AccessGate(
    RequestDelegate next, IAuthenticator authenticator, TenantHeaders tenants, TurnedAway turnedAway, TimeProvider time,
    ILogger<AccessGate> logger)
{
    /// <summary>How to come in (RFC 6750, section 3); what was wrong follows.</summary>
    public const string Challenge = "Bearer realm=\"kv\"";

    // As often as API keys are read again.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    public async Task Invoke(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context);
            return;
        }
        var credential = Credentials.Read(context.Request);
        var identity = credential is null ? null : await authenticator.Authenticate(credential, context.RequestAborted);
        if (identity is null)
        {
            turnedAway.Unauthenticated(context);
            await Unauthorized(context, wasGiven: credential is not null);
            return;
        }
        context.Features.Set(identity);
        try
        {
            if (endpoint is not null && !MayEnter(identity, endpoint, context.Request))
                throw new AccessDeniedException();
            var serving = next(context);
            if (!serving.IsCompleted && endpoint?.Metadata.GetMetadata<LongLivedAttribute>() is not null)
                await LookAgain(context, credential!, serving);
            await serving;
            // An import tells in its own answer at which line it may not go on.
            if (context.Response.StatusCode == StatusCodes.Status403Forbidden)
                Denied(context, identity);
        }
        catch (AccessDeniedException)
        {
            Denied(context, identity);
            throw;
        }
    }

    private void Denied(HttpContext context, Identity identity)
    {
        LogForbidden(identity.Name);
        turnedAway.Denied(context);
    }

    private bool MayEnter(Identity identity, Endpoint endpoint, HttpRequest request)
    {
        if (endpoint.Metadata.GetMetadata<AdministrativeAttribute>() is not null)
            return identity.Grants.IsAdministrator;
        var (space, app) = tenants.Read(request);
        return identity.Grants.Reach(space, app);
    }

    private static Task Unauthorized(HttpContext context, bool wasGiven)
    {
        context.Response.Headers.WWWAuthenticate = wasGiven ? $"{Challenge}, error=\"invalid_token\"" : Challenge;
        return Problems.Of(
            StatusCodes.Status401Unauthorized, "Unauthorized",
            wasGiven ? "The credential is not good here, or not any more." : "Credentials are required.").WriteTo(context);
    }

    // What was opened with a credential must not outlive it.
    private async Task LookAgain(HttpContext context, string credential, Task serving)
    {
        using var served = new CancellationTokenSource();
        while (await Task.WhenAny(serving, Task.Delay(LookAgainAfter, time, served.Token)) != serving)
        {
            if (await IsGood(credential))
                continue;
            context.Abort();
            break;
        }
        await served.CancelAsync();
    }

    private async Task<bool> IsGood(string credential)
    {
        try
        {
            return await authenticator.Authenticate(credential, CancellationToken.None) is not null;
        }
        catch (Exception error) when (error is StoreException or IssuerUnavailableException)
        {
            // Nobody can tell for now; it is looked at again soon.
            return true;
        }
    }

    [LoggerMessage(LogLevel.Information, "The caller {Caller} asked for what its credentials do not allow")]
    private partial void LogForbidden(string caller);
}
