using System.Text.Json;

namespace Kv.Api.Json;

/// <summary>A member of a JSON body is not what it must be. MVC keeps the path, and takes the member's name from it.</summary>
internal sealed class BodyException(string field, string message)
    : JsonException(message, path: field, lineNumber: null, bytePositionInLine: null);
