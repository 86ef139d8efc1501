using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Transactions;

/// <summary>The source-generated serializers of the answers about transactions and bulks.</summary>
[JsonSerializable(typeof(TransactionAnswer))]
[JsonSerializable(typeof(BulkAnswer))]
internal sealed partial class TransactionJson : JsonSerializerContext
{
    public static readonly TransactionJson Answers = new(KvJson.Format());
}
