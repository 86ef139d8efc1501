using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Transfers;

/// <summary>The source-generated serializers of the answers about exports, imports and copies.</summary>
[JsonSerializable(typeof(TransferredKey))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(CopiedKeysAnswer))]
internal sealed partial class TransferJson : JsonSerializerContext
{
    public static readonly TransferJson Answers = new(KvJson.Format());
}
