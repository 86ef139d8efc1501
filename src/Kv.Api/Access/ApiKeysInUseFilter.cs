using Kv.Api.Errors;

namespace Kv.Api.Access;

/// <summary>
/// Refuses the management of API keys unless API keys are in use: otherwise any caller could create a key before
/// authentication is turned on.
/// </summary>
internal sealed class ApiKeysInUseFilter(AccessOptions options) : InUseFilter(
    options.Mode == AccessMode.ApiKey, "API keys are not in use", "API keys are in use only with AUTH=apikey.");
