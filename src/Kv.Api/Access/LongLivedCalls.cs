using Kv.Api.Errors;
using Kv.Application.Pipeline;
using Kv.Domain.Storage;

namespace Kv.Api.Access;

/// <summary>
/// Serves long-lived calls and rechecks their credentials, so that a call does not outlive its credential. When the
/// credential ends before the response begins, the answer is 401. A response that has begun is aborted, unless the call
/// reports the end itself.
/// </summary>
internal sealed class LongLivedCalls(IAuthenticator authenticator, RequestFailures failures, TimeProvider time)
{
    /// <summary>The interval of the checks, equal to the refresh interval of API keys.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Is cancelled when the credential ends, for calls with <see cref="LongLivedAttribute.ReportsEnd"/>.
    /// </summary>
    public static CancellationToken CredentialEnded(HttpContext context) =>
        context.Features.Get<CredentialEnd>()?.Token ?? default;

    /// <exception cref="CredentialEndedException">The credential ended before the response began.</exception>
    public async Task Serve(HttpContext context, string credential, LongLivedAttribute call, RequestDelegate next)
    {
        var callerGone = context.RequestAborted;
        using var ended = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(callerGone, ended.Token);
        if (call.ReportsEnd)
            context.Features.Set(new CredentialEnd(ended.Token));
        else
            context.RequestAborted = either.Token;
        var isCutShort = false;
        try
        {
            var serving = next(context);
            if (!serving.IsCompleted)
                await Recheck(context, credential, serving, ended);
            await serving;
            // The framework's formatters return normally after a cancellation: detect it here.
            isCutShort = ended.IsCancellationRequested && !call.ReportsEnd && context.Response.HasStarted;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !callerGone.IsCancellationRequested)
        {
            if (!context.Response.HasStarted && context.Response.BodyWriter.UnflushedBytes == 0)
                throw new CredentialEndedException();
            isCutShort = true;
        }
        finally
        {
            context.RequestAborted = callerGone;
        }
        if (!isCutShort)
            return;
        failures.Aborted(context, CredentialEndedException.Explanation);
        context.Abort();
    }

    private async Task Recheck(HttpContext context, string credential, Task serving, CancellationTokenSource ended)
    {
        using var served = new CancellationTokenSource();
        while (await Task.WhenAny(serving, Task.Delay(CheckInterval, time, served.Token)) != serving)
        {
            if (ended.IsCancellationRequested)
            {
                // The client reads nothing, not even the reported end.
                context.Abort();
                break;
            }
            if (!await IsValid(credential))
                await ended.CancelAsync();
        }
        await served.CancelAsync();
    }

    private async Task<bool> IsValid(string credential)
    {
        try
        {
            return await authenticator.Authenticate(credential, CancellationToken.None) is not null;
        }
        catch (Exception error) when (error is StoreException or IssuerUnavailableException)
        {
            // The store or the issuer does not answer. Keep the call until the next check.
            return true;
        }
    }

    private sealed record CredentialEnd(CancellationToken Token);
}
