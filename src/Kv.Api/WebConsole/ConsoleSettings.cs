using System.Text.Json.Serialization;
using Kv.Api.Access;
using Kv.Api.Configuration;
using Kv.Api.Health;

namespace Kv.Api.WebConsole;

/// <summary>The settings that the console needs before its first call. They reveal no keys and no tenants.</summary>
internal sealed record ConsoleSettings
{
    /// <summary>The version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Whether callers must send a credential.</summary>
    public required bool AsksForCredential { get; init; }

    /// <summary>The header with the namespace.</summary>
    public required string NamespaceHeader { get; init; }

    /// <summary>The header with the app name.</summary>
    public required string AppNameHeader { get; init; }

    /// <summary>The namespace of calls without the header.</summary>
    public required string DefaultNamespace { get; init; }

    /// <summary>The app name of calls without the header.</summary>
    public required string DefaultAppName { get; init; }

    /// <summary>Whether tenants have a quota, so that <c>GET /usage</c> has an answer.</summary>
    public required bool HasQuota { get; init; }

    /// <summary>The longest key, in characters.</summary>
    public required int MaxKeyLength { get; init; }

    /// <summary>The largest value, in bytes.</summary>
    public required int MaxValueBytes { get; init; }

    /// <summary>The longest TTL, in seconds.</summary>
    public required long MaxTtlSeconds { get; init; }

    /// <summary>The most webhooks of a tenant.</summary>
    public required int MaxWebhooks { get; init; }

    public static ConsoleSettings From(KvOptions options) => new()
    {
        Version = ProgramVersion.Text,
        AsksForCredential = options.Access.Mode != AccessMode.None,
        NamespaceHeader = options.Tenants.NamespaceHeader,
        AppNameHeader = options.Tenants.AppNameHeader,
        DefaultNamespace = options.Tenants.DefaultNamespace,
        DefaultAppName = options.Tenants.DefaultAppName,
        HasQuota = options.Quota is not null,
        MaxKeyLength = options.Limits.MaxKeyLength,
        MaxValueBytes = options.Limits.MaxValueBytes,
        MaxTtlSeconds = options.Limits.MaxTtlSeconds,
        MaxWebhooks = options.Limits.MaxWebhooks,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConsoleSettings))]
internal sealed partial class ConsoleJson : JsonSerializerContext;
