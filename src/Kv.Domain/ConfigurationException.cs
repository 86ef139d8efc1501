namespace Kv.Domain;

/// <summary>
/// Kv cannot start as it is configured. The message is for the operator: it names the setting, its value and what is
/// allowed.
/// </summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
