using System.Diagnostics;
using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Microsoft.Extensions.Logging;

namespace Kv.Application.Audit;

/// <summary>
/// The audit log: one line of the category <c>Kv.Audit</c> for each requested change, whatever its outcome, and for
/// each refused request. A line contains the actor, the address, the operation and the outcome; never a value or a
/// secret.
/// </summary>
internal sealed partial class AuditLog(IActor actor, ILoggerFactory loggers) : IAccessAudit
{
    public const string Applied = "applied";
    private const string ConditionFailed = "condition_failed";
    public const string Replayed = "replayed";

    private readonly ILogger _logger = loggers.CreateLogger(AuditServices.Category);

    /// <summary>
    /// Awaits an operation that can be rejected by a limit or a concurrent change, and logs its outcome.
    /// </summary>
    public Task<bool> Record(Tenant? tenant, string operation, string target, Task<bool> doing) =>
        Record(tenant, operation, target, doing, static isApplied => (OutcomeOf(isApplied), null));

    /// <summary>Awaits an operation that either succeeds or throws, and logs its outcome.</summary>
    public Task Record(Tenant? tenant, string operation, string target, Task doing)
    {
        return Record(tenant, operation, target, Done());

        async Task<bool> Done()
        {
            await doing;
            return true;
        }
    }

    /// <summary>Awaits an operation and logs its outcome.</summary>
    /// <param name="tenant">The tenant that owns the target; null for API keys.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="target">The key, or the id of the webhook, the delivery or the API key.</param>
    /// <param name="doing">The running operation.</param>
    /// <param name="tell">Maps the result to the outcome, and to the revision where it is known.</param>
    public Task<T> Record<T>(
        Tenant? tenant, string operation, string target,
        Task<T> doing, Func<T, (string Outcome, long? Revision)> tell) =>
        Record(tenant, [new AuditedChange(operation, target)], doing, tell);

    /// <summary>Awaits several changes that happen together, and logs the outcome of each.</summary>
    /// <param name="tenant">The tenant that owns the target; null for API keys.</param>
    /// <param name="asked">The requested changes.</param>
    /// <param name="doing">The running operation.</param>
    /// <param name="tell">Maps the result to the outcome, and to the revision where it is known.</param>
    /// <param name="found">Maps the result to the actual changes; null when they are always the requested ones.</param>
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

    /// <summary>Logs changes that have happened.</summary>
    public void Write(Tenant? tenant, IReadOnlyList<AuditedChange> done, (string Outcome, long? Revision) became)
    {
        foreach (var (operation, target) in done)
            Log(operation, target, tenant?.Namespace, tenant?.AppName, became.Outcome, became.Revision);
    }

    public void Unauthenticated(string asked, string? nameSpace, string? appName) =>
        Log(asked, null, nameSpace, appName, "unauthenticated", null);

    public void Denied(string asked, string? nameSpace, string? appName) =>
        Log(asked, null, nameSpace, appName, "denied", null);

    public static string OutcomeOf(bool isApplied) => isApplied ? Applied : ConditionFailed;

    // A cancelled operation may still be executed.
    private static string OutcomeOf(Exception error) => error switch
    {
        StoreUnavailableException { OutcomeUnknown: true } or OperationCanceledException => "unknown",
        IdempotencyKeyReusedException or QuotaExceededException => "refused",
        _ => "failed",
    };

    private void Log(
        string operation, string? target, string? nameSpace, string? appName, string outcome,
        long? revision) => LogAsked(
        LogText.Escape(actor.Name)!, actor.Address, LogText.Escape(operation)!, LogText.Escape(target),
        LogText.Escape(nameSpace),
        LogText.Escape(appName),
        outcome, revision, Activity.Current?.TraceId.ToString());
}
