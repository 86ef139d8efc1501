using Kv.Api.Errors;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a problem that an action can return.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal class ProducesProblemAttribute : ProducesResponseTypeAttribute
{
    public ProducesProblemAttribute(int statusCode, string when)
        : base(typeof(ProblemDetails), statusCode, Problems.ContentType) => Description = when;

    /// <summary>The member <c>error</c> of the example; null for the default of the status.</summary>
    public string? Error { get; init; }
}
