using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Tenants;
using Kv.Application.Pipeline;
using Kv.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace Kv.Api.Access;

/// <summary>
/// Authenticates every route that is not <c>[AllowAnonymous]</c>. Before it reads the body, it also refuses callers
/// without any grant for the request's tenant. The grants for keys are checked later, by the requests themselves.
/// </summary>
internal sealed partial class AccessGate(
    RequestDelegate next, IAuthenticator authenticator, TicketHolders tickets, LongLivedCalls longLived,
    TenantHeaders tenants,
    RejectionAudit rejections, TimeProvider time, ILogger<AccessGate> logger)
{
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
        var ticket = Ticket(endpoint, context.Request, credential);
        if (ticket is not null)
        {
            var holder = await tickets.Redeem(ticket, context.RequestAborted);
            (credential, identity) = (holder?.Credential ?? ticket, holder?.Identity);
        }
        if (identity is null)
        {
            rejections.Unauthenticated(context);
            await Unauthorized(context, wasGiven: credential is not null);
            return;
        }
        context.Features.Set(new Admission(identity, credential!, time.GetTimestamp(), IsByTicket: ticket is not null));
        try
        {
            if (endpoint is not null)
                Authorize(identity.Grants, endpoint, context.Request);
            if (endpoint?.Metadata.GetMetadata<LongLivedAttribute>() is { } call && call.Concerns(context.Request))
                await longLived.Serve(context, credential!, call, next);
            else
                await next(context);
            // An import answers a refusal itself, in its report: audit it by the status.
            if (context.Response.StatusCode == StatusCodes.Status403Forbidden)
                Denied(context, identity);
            else if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
                rejections.Unauthenticated(context);
        }
        catch (CredentialEndedException)
        {
            rejections.Unauthenticated(context);
            throw;
        }
        catch (AccessDeniedException)
        {
            Denied(context, identity);
            throw;
        }
    }

    // Refuse a ticket together with a credential: a gateway in front of Kv could check the other one.
    private static string? Ticket(Endpoint? endpoint, HttpRequest request, string? credential) =>
        endpoint?.Metadata.GetMetadata<TakesTicketAttribute>() is null
        || request.Text(TicketHolders.Parameter) is not { } ticket ? null
        : credential is null ? ticket
        : throw InvalidInput.In(
            TicketHolders.Parameter,
            $"{TicketHolders.Parameter} must not be given together with a credential: leave one of them out");

    private void Denied(HttpContext context, Identity identity)
    {
        LogForbidden(identity.Principal.Name);
        rejections.Denied(context);
    }

    private void Authorize(Grants grants, Endpoint endpoint, HttpRequest request)
    {
        if (grants.IsAdministrator)
            return;
        if (endpoint.Metadata.GetMetadata<AdministrativeAttribute>() is not null)
            throw AccessDeniedException.Administrative();
        if (endpoint.Metadata.GetMetadata<TenantlessAttribute>() is not null)
            return;
        var (space, app) = tenants.Read(request);
        if (!grants.Cover(space, app))
            throw AccessDeniedException.InTenant(space, app, AccessVerbs.None);
    }

    private static Task Unauthorized(HttpContext context, bool wasGiven)
    {
        context.Response.Headers.WWWAuthenticate = wasGiven ? Challenges.InvalidToken : Challenges.Bearer;
        return Problems.Create(
            StatusCodes.Status401Unauthorized, "Unauthorized",
            wasGiven ? "The credential is invalid, revoked or expired." : "Credentials are required.").WriteTo(context);
    }
}
