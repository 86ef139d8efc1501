using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kv.Api.Json;

/// <summary>The API's JSON format, which the serializers of all answers share.</summary>
internal static class KvJson
{
    /// <summary>The encoder of texts.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Creates options for the format.</summary>
    public static JsonSerializerOptions Format() => Configure(new JsonSerializerOptions());

    /// <summary>Configures options for the format.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = Encoder;
        options.Converters.Add(new Utf8TextConverter());
        return options;
    }
}
