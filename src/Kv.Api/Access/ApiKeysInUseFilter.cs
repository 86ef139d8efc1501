using Kv.Api.Errors;

namespace Kv.Api.Access;

/// <summary>
/// Manages no API keys where none are asked for: whoever reaches the port could make one for the day on which they are.
/// </summary>
internal sealed class ApiKeysInUseFilter(AccessOptions options) : InUseFilter(
    options.Mode == AccessMode.ApiKey, "API keys are not in use", "API keys are managed here with AUTH=apikey only.");
