using Kv.Api.OpenApi.Attributes;
using Kv.Application.Access;
using Kv.Domain.Access;

namespace Kv.Api.Access;

/// <summary>A caller and its grants.</summary>
public sealed record CallerAnswer
{
    /// <summary>The id of the caller's API key; absent for a token and without `AUTH`.</summary>
    /// <example>1f0c6f0e3f0a4f43</example>
    public string? ApiKey { get; init; }

    /// <summary>The subject of the caller's token; absent for an API key and without `AUTH`.</summary>
    /// <example>billing</example>
    public string? Subject { get; init; }

    /// <summary>Whether the caller may do everything, in every tenant.</summary>
    public required bool Admin { get; init; }

    /// <summary>The grants; each is judged on its own. Empty for an administrator.</summary>
    public required IReadOnlyList<GrantAnswer> Grants { get; init; }

    internal static CallerAnswer From(CallerDto caller) => new()
    {
        ApiKey = caller.Principal?.ApiKey,
        Subject = caller.Principal?.Subject,
        Admin = caller.Grants.IsAdministrator,
        Grants = [.. caller.Grants.Granted.Select(GrantAnswer.From)],
    };
}

/// <summary>Verbs on the keys with a prefix.</summary>
public sealed record GrantAnswer
{
    /// <summary>The namespace; `*` for all namespaces.</summary>
    /// <example>shop</example>
    public required string Namespace { get; init; }

    /// <summary>The app; `*` for all apps.</summary>
    /// <example>billing</example>
    public required string App { get; init; }

    /// <summary>The prefix of the allowed keys; empty for all keys.</summary>
    /// <example>invoice:</example>
    public required string Prefix { get; init; }

    /// <summary>The allowed verbs.</summary>
    /// <example>["read", "write"]</example>
    [OneOf("read", "write", "delete", "webhooks")]
    public required IReadOnlyList<string> Verbs { get; init; }

    internal static GrantAnswer From(Grant grant) => new()
    {
        Namespace = grant.Namespace,
        App = grant.AppName,
        Prefix = grant.Prefix,
        Verbs = AccessVerbNames.From(grant.Verbs),
    };
}
