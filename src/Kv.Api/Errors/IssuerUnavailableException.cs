namespace Kv.Api.Errors;

/// <summary>The token issuer's keys are not known yet, and the issuer does not answer.</summary>
internal sealed class IssuerUnavailableException(Exception inner)
    : Exception("The token issuer does not provide its keys.", inner);
