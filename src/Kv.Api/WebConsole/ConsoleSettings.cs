using Kv.Api.Access;
using Kv.Api.Configuration;
using Kv.Api.Health;

namespace Kv.Api.WebConsole;

/// <summary>The settings that the console needs before its first call. They reveal no keys and no tenants.</summary>
/// <param name="HasQuota">Whether tenants have a quota, so that <c>GET /usage</c> has an answer.</param>
internal sealed record ConsoleSettings(
    string Version, bool AsksForCredential, string NamespaceHeader, string AppNameHeader, string DefaultNamespace,
    string DefaultAppName, bool HasQuota, int MaxKeyLength, int MaxValueBytes, long MaxTtlSeconds, int MaxWebhooks)
{
    public static ConsoleSettings From(KvOptions options) => new(
        ProgramVersion.Text, options.Access.Mode != AccessMode.None,
        options.Tenants.NamespaceHeader, options.Tenants.AppNameHeader,
        options.Tenants.DefaultNamespace, options.Tenants.DefaultAppName, options.Quota is not null,
        options.Limits.MaxKeyLength, options.Limits.MaxValueBytes, options.Limits.MaxTtlSeconds,
        options.Limits.MaxWebhooks);
}
