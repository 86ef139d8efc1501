namespace Kv.Api.Errors;

/// <summary>The token issuer's keys are not known yet, and the issuer does not answer.</summary>
internal sealed class IssuerUnavailableException(Exception inner)
    : Exception("The issuer of tokens cannot be asked for its keys.", inner);
