using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Access.ApiKeys;

/// <summary>The source-generated serializers of the answers about API keys.</summary>
[JsonSerializable(typeof(ApiKeyAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyAnswer>))]
[JsonSerializable(typeof(RevokedApiKeyAnswer))]
internal sealed partial class ApiKeyJson : JsonSerializerContext
{
    public static readonly ApiKeyJson Answers = new(KvJson.Format());
}
