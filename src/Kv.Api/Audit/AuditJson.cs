using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Audit;

/// <summary>The source-generated serializers of the answers about the audit.</summary>
[JsonSerializable(typeof(AuditListing))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    public static readonly AuditJson Answers = new(KvJson.Format());
}
