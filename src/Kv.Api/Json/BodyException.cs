using System.Text.Json;

namespace Kv.Api.Json;

/// <summary>A member of a JSON body is not what it must be.</summary>
internal sealed class BodyException(string field, string message) : JsonException(message)
{
    public string Field { get; } = field;
}
