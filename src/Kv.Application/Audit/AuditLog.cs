using System.Diagnostics;
using Kv.Domain.Audit;
using Kv.Domain.Idempotency;
using Kv.Domain.Quotas;
using Kv.Domain.Storage;
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
    public Task<bool> Record(Tenant? tenant, string operation, string target, Task<bool> running) =>
        Record(tenant, operation, target, running, static isApplied => (OutcomeOf(isApplied), null));

    /// <summary>Awaits an operation that either succeeds or throws, and logs its outcome.</summary>
    public Task Record(Tenant? tenant, string operation, string target, Task running)
    {
        return Record(tenant, operation, target, Done());

        async Task<bool> Done()
        {
            await running;
            return true;
        }
    }

    /// <summary>Awaits an operation and logs its outcome.</summary>
    /// <param name="tenant">The tenant that owns the target; null for API keys.</param>
    /// <param name="outcomeOf">Maps the result to the outcome, and to the revision where it is known.</param>
    public Task<T> Record<T>(
        Tenant? tenant, string operation, string target,
        Task<T> running, Func<T, (string Outcome, long? Revision)> outcomeOf) =>
        Record(tenant, [new AuditedChange(operation, target)], running, outcomeOf);

    /// <summary>Awaits several changes that happen together, and logs the outcome of each.</summary>
    /// <param name="tenant">The tenant that owns the target; null for API keys.</param>
    /// <param name="outcomeOf">Maps the result to the outcome, and to the revision where it is known.</param>
    /// <param name="actual">Maps the result to the actual changes; null when they are the requested ones.</param>
    public async Task<T> Record<T>(
        Tenant? tenant, IReadOnlyList<AuditedChange> requested, Task<T> running,
        Func<T, (string Outcome, long? Revision)> outcomeOf, Func<T, IReadOnlyList<AuditedChange>>? actual = null)
    {
        try
        {
            var done = await running;
            Write(tenant, actual?.Invoke(done) ?? requested, outcomeOf(done));
            return done;
        }
        catch (Exception error)
        {
            Write(tenant, requested, (OutcomeOf(error), null));
            throw;
        }
    }

    /// <summary>Logs changes that have happened.</summary>
    public void Write(Tenant? tenant, IReadOnlyList<AuditedChange> done, (string Outcome, long? Revision) outcome)
    {
        foreach (var (operation, target) in done)
            Log(operation, target, tenant?.Namespace, tenant?.AppName, outcome.Outcome, outcome.Revision);
    }

    public void Unauthenticated(string call, string? nameSpace, string? appName) =>
        Log(call, null, nameSpace, appName, "unauthenticated", null);

    public void Denied(string call, string? nameSpace, string? appName) =>
        Log(call, null, nameSpace, appName, "denied", null);

    public static string OutcomeOf(bool isApplied) => isApplied ? Applied : ConditionFailed;

    // A cancelled operation may still be executed.
    private static string OutcomeOf(Exception error) => error switch
    {
        StoreUnavailableException { OutcomeUnknown: true } or OperationCanceledException => "unknown",
        IdempotencyKeyReusedException or QuotaExceededException => "refused",
        _ => "failed",
    };

    private void Log(
        string operation, string? target, string? nameSpace, string? appName, string outcome, long? revision) =>
        LogLine(
            LogText.Escape(actor.Name)!, actor.Address, LogText.Escape(operation)!, LogText.Escape(target),
            LogText.Escape(nameSpace), LogText.Escape(appName), outcome, revision,
            Activity.Current?.TraceId.ToString());
}
