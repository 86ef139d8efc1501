using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.KeyValues;

namespace Kv.Api.Json;

/// <summary>How the API's answers are written, for the shapes that every request has to do with: compiled, not reflected.</summary>
[JsonSerializable(typeof(WrittenKeyValue))]
[JsonSerializable(typeof(StoredKeyValue))]
[JsonSerializable(typeof(IAsyncEnumerable<StoredKeyValue>))]
internal sealed partial class KvJson : JsonSerializerContext
{
    /// <summary>The one for all answers.</summary>
    public static readonly KvJson Answers = new(Configure(new JsonSerializerOptions()));

    /// <summary>Makes options write as the contract has it.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new Utf8TextConverter());
        return options;
    }
}
