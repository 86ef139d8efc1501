namespace Kv.Api.Answers;

/// <summary>Marks a call that can take much processor time, whatever the size of its body.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CostlyAttribute : Attribute
{
    /// <summary>Whether a request for one key is cheap.</summary>
    public bool ExceptForOneKey { get; init; }

    /// <summary>Whether a request is costly.</summary>
    public bool Concerns(HttpRequest request) => !ExceptForOneKey || request.Path.Value!.EndsWith(Key.Wildcard);
}
