namespace Kv.Domain.Watching;

/// <summary>The state of a key before a change.</summary>
/// <param name="Value">The value, byte for byte; null when the store no longer has it.</param>
public readonly record struct PreviousValue(ReadOnlyMemory<byte>? Value);
