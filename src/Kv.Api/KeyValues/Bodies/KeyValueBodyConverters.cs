using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Domain.KeyValues;

namespace Kv.Api.KeyValues.Bodies;

internal sealed class CreateKeyValueBodyConverter : BodyConverter<CreateKeyValueBody>
{
    protected override CreateKeyValueBody Read(ref Utf8JsonReader reader)
    {
        var body = KeyValueBody.Read(ref reader);
        return new CreateKeyValueBody { Key = body.Key ?? "", Value = body.Value, Ttl = body.Ttl };
    }
}

internal sealed class SetKeyValueBodyConverter : BodyConverter<SetKeyValueBody>
{
    protected override SetKeyValueBody Read(ref Utf8JsonReader reader)
    {
        var body = KeyValueBody.Read(ref reader);
        return new SetKeyValueBody { Key = body.Key, Value = body.Value, Ttl = body.Ttl };
    }
}

internal sealed class PatchKeyValueBodyConverter : BodyConverter<PatchKeyValueBody>
{
    private static readonly string[] Members = ["ttl"];

    protected override PatchKeyValueBody Read(ref Utf8JsonReader reader)
    {
        var members = ScalarMembers.Read(ref reader, "", Members);
        // In a merge patch null removes a member (RFC 7396): here, the expiry.
        return members.IsNull("ttl") ? new PatchKeyValueBody { Ttl = TimeToLive.Never }
            : members.Has("ttl") ? new PatchKeyValueBody { Ttl = members.Ttl("ttl") }
            : throw new BodyException("ttl", "ttl is required");
    }
}
