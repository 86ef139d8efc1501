using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.Watching;

/// <summary>The source-generated serializers of the answers about watches.</summary>
[JsonSerializable(typeof(WatchedKey))]
[JsonSerializable(typeof(ForgottenChanges))]
[JsonSerializable(typeof(WatchTicketAnswer))]
[JsonSerializable(typeof(EndedWatch))]
internal sealed partial class WatchJson : JsonSerializerContext
{
    public static readonly WatchJson Answers = new(KvJson.Format());
}
