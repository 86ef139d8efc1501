using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.KeyValues.Contracts;

/// <summary>The source-generated serializers of the answers about keys.</summary>
[JsonSerializable(typeof(WrittenKeyValue))]
[JsonSerializable(typeof(StoredKeyValue))]
[JsonSerializable(typeof(PatchedKeyValue))]
[JsonSerializable(typeof(KeyPage))]
[JsonSerializable(typeof(DeletedKeysAnswer))]
[JsonSerializable(typeof(KeyHistoryAnswer))]
[JsonSerializable(typeof(TenantListing))]
internal sealed partial class KeyValueJson : JsonSerializerContext
{
    public static readonly KeyValueJson Answers = new(KvJson.Format());
}
