using System.Diagnostics;

namespace Kv.Api.Errors;

/// <summary>By what a request is found in the log.</summary>
internal static class TraceIds
{
    /// <summary>The id of the request's trace; where nobody traces, the server's own number for the request.</summary>
    public static string TraceId(this HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
}
