namespace Kv.Api.Access;

/// <summary>The keys of the issuer of tokens are not known yet, and it cannot be asked for them.</summary>
internal sealed class IssuerUnavailableException(Exception inner)
    : Exception("The issuer of tokens cannot be asked for its keys.", inner);
