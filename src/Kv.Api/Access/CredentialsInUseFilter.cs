using Kv.Api.Errors;

namespace Kv.Api.Access;

/// <summary>Refuses to issue tickets when authentication is off.</summary>
internal sealed class CredentialsInUseFilter(AccessOptions options) : InUseFilter(
    options.Mode != AccessMode.None, "Credentials are not in use",
    "With AUTH=none a watch needs no ticket: open it without one.");
