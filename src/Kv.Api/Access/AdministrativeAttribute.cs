namespace Kv.Api.Access;

/// <summary>These calls are about the deployment and no tenant: administrators alone may make them.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AdministrativeAttribute : Attribute;

/// <summary>This call may last as long as its caller likes, so that its credential is looked at again while it does.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongLivedAttribute : Attribute;
