using Kv.Domain.KeyValues;

namespace Kv.Domain.Audit;

/// <summary>What the audit tells of one change: what was done to what, and never a value.</summary>
/// <param name="Operation">What was done; one of <see cref="AuditOperations"/>.</param>
/// <param name="Target">The key, or the id of the webhook, the delivery or the API key.</param>
public readonly record struct AuditedChange(string Operation, string Target)
{
    /// <summary>The changes of the operations that write; what is only read is none.</summary>
    public static AuditedChange[] Of(IEnumerable<KeyOperation> operations) =>
    [
        .. operations.Where(operation => operation.Kind != KeyOperationKind.Get).Select(operation => new AuditedChange(
            operation.Kind == KeyOperationKind.Set ? AuditOperations.Set : AuditOperations.Delete, operation.Key.Value)),
    ];
}

/// <summary>What the audit calls what is done.</summary>
public static class AuditOperations
{
    /// <summary>A key was set.</summary>
    public const string Set = "set";

    /// <summary>A key was given another time to live.</summary>
    public const string SetTtl = "set_ttl";

    /// <summary>A key was deleted.</summary>
    public const string Delete = "delete";

    /// <summary>A webhook was registered.</summary>
    public const string AddWebhook = "add_webhook";

    /// <summary>A webhook was changed, or given another secret.</summary>
    public const string ChangeWebhook = "change_webhook";

    /// <summary>A webhook was deleted.</summary>
    public const string DeleteWebhook = "delete_webhook";

    /// <summary>A delivery was made due at once.</summary>
    public const string Redeliver = "redeliver";

    /// <summary>A webhook is told again of what happened.</summary>
    public const string ReplayWebhook = "replay_webhook";

    /// <summary>An API key was made.</summary>
    public const string CreateApiKey = "create_api_key";

    /// <summary>An API key was revoked.</summary>
    public const string RevokeApiKey = "revoke_api_key";
}
