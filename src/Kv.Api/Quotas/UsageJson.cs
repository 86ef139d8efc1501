using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Quotas;

/// <summary>The source-generated serializers of the answers about usage.</summary>
[JsonSerializable(typeof(UsageAnswer))]
internal sealed partial class UsageJson : JsonSerializerContext
{
    public static readonly UsageJson Answers = new(KvJson.Format());
}
