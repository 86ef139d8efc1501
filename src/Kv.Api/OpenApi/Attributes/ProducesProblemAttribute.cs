using Kv.Api.Errors;

namespace Kv.Api.OpenApi.Attributes;

/// <summary>Declares a problem that an action can return.</summary>
internal class ProducesProblemAttribute : ProducesAnswerAttribute
{
    public ProducesProblemAttribute(int statusCode, string when)
        : base(when, typeof(ProblemDetails)) => (StatusCode, ContentType) = (statusCode, Problems.ContentType);

    /// <summary>The member <c>error</c> of the example; null for the default of the status.</summary>
    public string? Error { get; init; }
}
