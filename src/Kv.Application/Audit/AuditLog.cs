using System.Diagnostics;
using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Microsoft.Extensions.Logging;

namespace Kv.Application.Audit;

/// <summary>
/// The audit stream: a line of the category <c>Kv.Audit</c> for each change that somebody asked for, whatever became of it, and for
/// each request that was turned away. It tells who, from where, what, and the outcome; never a value or a secret.
/// </summary>
internal sealed partial class AuditLog(IActor actor, ILoggerFactory loggers) : IAccessAudit
{
    public const string Applied = "applied";
    private const string ConditionFailed = "condition_failed";
    public const string Replayed = "replayed";

    private readonly ILogger _logger = loggers.CreateLogger(AuditServices.Category);

    /// <summary>Has something done, and tells whether it was: a limit that is reached or somebody else's change can be in the way.</summary>
    public Task<bool> Record(Tenant? tenant, string operation, string target, Task<bool> doing) =>
        Record(tenant, operation, target, doing, static isApplied => (OutcomeOf(isApplied), null));

    /// <summary>Has something done that nothing can be in the way of.</summary>
    public Task Record(Tenant? tenant, string operation, string target, Task doing)
    {
        return Record(tenant, operation, target, Done());

        async Task<bool> Done()
        {
            await doing;
            return true;
        }
    }

    /// <summary>Has something done, and tells what became of it.</summary>
    /// <param name="tenant">Whose keys or webhooks; null where it is no tenant's.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="target">To which key or webhook.</param>
    /// <param name="doing">The doing.</param>
    /// <param name="tell">The outcome, and the revision that it took or met, where that is known.</param>
    public Task<T> Record<T>(
        Tenant? tenant, string operation, string target, Task<T> doing, Func<T, (string Outcome, long? Revision)> tell) =>
        Record(tenant, [new AuditedChange(operation, target)], doing, tell);

    /// <summary>Has several things done together, and tells of each what became of it.</summary>
    /// <param name="tenant">Whose keys or webhooks; null where it is no tenant's.</param>
    /// <param name="asked">What is done.</param>
    /// <param name="doing">The doing.</param>
    /// <param name="tell">The outcome, and the revision that it took or met, where that is known.</param>
    /// <param name="found">What it turned out to be that was done, where that can be another thing; null for what was asked.</param>
    public async Task<T> Record<T>(
        Tenant? tenant, IReadOnlyList<AuditedChange> asked, Task<T> doing,
        Func<T, (string Outcome, long? Revision)> tell, Func<T, IReadOnlyList<AuditedChange>>? found = null)
    {
        try
        {
            var done = await doing;
            Write(tenant, found?.Invoke(done) ?? asked, tell(done));
            return done;
        }
        catch (Exception error)
        {
            Write(tenant, asked, (OutcomeOf(error), null));
            throw;
        }
    }

    /// <summary>Tells of what is done.</summary>
    public void Write(Tenant? tenant, IReadOnlyList<AuditedChange> done, (string Outcome, long? Revision) became)
    {
        foreach (var (operation, target) in done)
            Log(operation, target, tenant?.Namespace, tenant?.AppName, became.Outcome, became.Revision);
    }

    public void Unauthenticated(string asked, string? nameSpace, string? appName) =>
        Log(asked, null, nameSpace, appName, "unauthenticated", null);

    public void Denied(string asked, string? nameSpace, string? appName) => Log(asked, null, nameSpace, appName, "denied", null);

    public static string OutcomeOf(bool isApplied) => isApplied ? Applied : ConditionFailed;

    // Whoever gives up does not learn what became of it.
    private static string OutcomeOf(Exception error) => error switch
    {
        StoreUnavailableException { OutcomeUnknown: true } or OperationCanceledException => "unknown",
        IdempotencyKeyReusedException or QuotaExceededException => "refused",
        _ => "failed",
    };

    private void Log(string operation, string? target, string? nameSpace, string? appName, string outcome, long? revision) => LogAsked(
        LogText.Of(actor.Name)!, actor.Address, LogText.Of(operation)!, LogText.Of(target), LogText.Of(nameSpace), LogText.Of(appName),
        outcome, revision, Activity.Current?.TraceId.ToString());

    [LoggerMessage(
        LogLevel.Information,
        "{Actor} at {Address}: {Operation} {Target} of ({Namespace}, {AppName}): {Outcome}, revision {Revision}, trace {TraceId}")]
    private partial void LogAsked(
        string actor, string? address, string operation, string? target, string? nameSpace, string? appName, string outcome,
        long? revision, string? traceId);
}
