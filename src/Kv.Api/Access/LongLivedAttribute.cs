namespace Kv.Api.Access;

/// <summary>Marks a call that lasts as long as its client wants, so its credential is rechecked.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongLivedAttribute : Attribute
{
    /// <summary>
    /// Whether the call reports the end of the credential in its answer, by
    /// <see cref="LongLivedCalls.CredentialEnded"/>. Otherwise <see cref="LongLivedCalls"/> ends the call.
    /// </summary>
    public bool ReportsEnd { get; init; }

    /// <summary>Whether a request for one key without a query is short.</summary>
    public bool ExceptForOneKey { get; init; }

    /// <summary>Whether a request is long-lived.</summary>
    public bool Concerns(HttpRequest request) =>
        !ExceptForOneKey || request.QueryString.HasValue || request.Path.Value!.EndsWith(Key.Wildcard);
}
