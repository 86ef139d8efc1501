using Kv.Domain.Transactions;

namespace Kv.Domain.Audit;

/// <summary>One change in an audit record: operation and target, never a value.</summary>
/// <param name="Operation">The operation; one of <see cref="AuditOperations"/>.</param>
/// <param name="Target">The key, or the id of the webhook, the delivery or the API key.</param>
public readonly record struct AuditedChange(string Operation, string Target)
{
    /// <summary>The changes of the operations that write. Reads are left out.</summary>
    public static AuditedChange[] From(IEnumerable<KeyOperation> operations) =>
    [
        .. from operation in operations
           let name = NameOf(operation.Kind)
           where name is not null
           select new AuditedChange(name, operation.Key.Value),
    ];

    private static string? NameOf(KeyOperationKind kind) => kind switch
    {
        KeyOperationKind.Get => null,
        KeyOperationKind.Set => AuditOperations.Set,
        KeyOperationKind.Delete => AuditOperations.Delete,
    };
}

/// <summary>The names of operations in the audit.</summary>
public static class AuditOperations
{
    /// <summary>A key was set.</summary>
    public const string Set = "set";

    /// <summary>A key's time to live was changed.</summary>
    public const string SetTtl = "set_ttl";

    /// <summary>A key was deleted.</summary>
    public const string Delete = "delete";

    /// <summary>A webhook was registered.</summary>
    public const string AddWebhook = "add_webhook";

    /// <summary>A webhook or its secret was changed.</summary>
    public const string ChangeWebhook = "change_webhook";

    /// <summary>A webhook was deleted.</summary>
    public const string DeleteWebhook = "delete_webhook";

    /// <summary>A delivery was scheduled for an immediate attempt.</summary>
    public const string Redeliver = "redeliver";

    /// <summary>Failed deliveries of a webhook were scheduled for an immediate attempt.</summary>
    public const string RedeliverFailed = "redeliver_failed";

    /// <summary>Past changes are sent to a webhook again.</summary>
    public const string ReplayWebhook = "replay_webhook";

    /// <summary>An API key was created.</summary>
    public const string CreateApiKey = "create_api_key";

    /// <summary>An API key was revoked.</summary>
    public const string RevokeApiKey = "revoke_api_key";

    /// <summary>A webhook stays active although the API key that registered it was revoked.</summary>
    public const string LeaveWebhook = "leave_webhook";

    /// <summary>A webhook was disabled together with the API key that registered it.</summary>
    public const string DisableWebhook = "disable_webhook";
}
