namespace Kv.Api.Idempotency;

/// <summary>The call may be repeated under a name.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesIdempotencyKeyAttribute : Attribute;
