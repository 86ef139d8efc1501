using Kv.Api.Errors;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.OpenApi;

/// <summary>Documents an answer that is a problem, with when it is given.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ProducesProblemAttribute : ProducesResponseTypeAttribute
{
    public ProducesProblemAttribute(int statusCode, string when)
        : base(typeof(ProblemDetails), statusCode, Problems.ContentType) => Description = when;

    /// <summary>The member <c>error</c> in the example, where it is not the same for every call.</summary>
    public string? Error { get; init; }
}
