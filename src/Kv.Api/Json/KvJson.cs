using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Kv.Api.Json;

/// <summary>The API's JSON format.</summary>
internal static class KvJson
{
    /// <summary>The encoder of texts.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The options of writers, for callers whose calls form valid JSON.</summary>
    public static readonly JsonWriterOptions Plain = new() { Encoder = Encoder, SkipValidation = true };

    private static readonly JsonSerializerOptions Answers = Configure(new JsonSerializerOptions
    {
        // Members that answers contain even when they are null declare it.
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    });

    /// <summary>The format of an answer's type.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => Known<T>.Type;

    /// <summary>Configures options for the format.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = Encoder;
        options.Converters.Add(new Utf8TextConverter());
        return options;
    }

    private static class Known<T>
    {
        public static readonly JsonTypeInfo<T> Type = (JsonTypeInfo<T>)Answers.GetTypeInfo(typeof(T));
    }
}
