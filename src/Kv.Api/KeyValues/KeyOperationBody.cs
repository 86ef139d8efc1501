using System.Text;
using System.Text.Json;
using Kv.Api.Json;
using Kv.Application.KeyValues;
using Kv.Domain.KeyValues;

namespace Kv.Api.KeyValues;

/// <summary>Reads operations and conditions out of JSON, and tells every mistake by where it stands.</summary>
internal static class KeyOperationBody
{
    private static readonly string[] ConditionMembers = ["etag", "exists"];
    private static readonly string[] OperationMembers = ["op", "key", "value", "encoding", "ttl", "content_type"];

    /// <summary>Reads an operation.</summary>
    /// <param name="value">The JSON.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="takesCondition">Whether it may be made to depend on how its key stands.</param>
    /// <exception cref="BodyException">It makes no sense.</exception>
    public static KeyOperationInput Read(JsonElement value, string path, bool takesCondition)
    {
        var members = BodyMembers.Of(value, path, takesCondition ? [.. OperationMembers, .. ConditionMembers] : OperationMembers);
        var kind = members.Text("op") switch
        {
            "get" => KeyOperationKind.Get,
            "set" => KeyOperationKind.Set,
            "delete" => KeyOperationKind.Delete,
            _ => throw Wrong(members, "op", "must be get, set or delete"),
        };
        var key = members.Text("key") ?? throw Wrong(members, "key", "is required");
        if (kind != KeyOperationKind.Set)
        {
            foreach (var name in (string[])["value", "encoding", "ttl", "content_type"])
                if (members.Has(name))
                    throw Wrong(members, name, "goes with set only");
            if (kind == KeyOperationKind.Get && ConditionMembers.FirstOrDefault(members.Has) is { } condition)
                throw Wrong(members, condition, "does not go with get");
            return new KeyOperationInput(kind, key, Condition: Condition(members));
        }
        return new KeyOperationInput(
            kind, key, Value(members) ?? throw Wrong(members, "value", "is required"), members.Number("ttl"),
            members.Text("content_type"), Condition(members));
    }

    /// <summary>Reads a condition of a transaction.</summary>
    /// <exception cref="BodyException">It makes no sense.</exception>
    public static KeyConditionInput ReadCompare(JsonElement value, string path)
    {
        var members = BodyMembers.Of(value, path, [.. ConditionMembers, "key", "value", "encoding"]);
        var key = members.Text("key") ?? throw Wrong(members, "key", "is required");
        var condition = Condition(members);
        var wanted = Value(members);
        if (wanted is not null == (condition != Precondition.None))
            throw new BodyException(path, $"{path} must have one of etag, exists and value");
        return new KeyConditionInput(key, condition, wanted);
    }

    private static Precondition Condition(BodyMembers members)
    {
        var exists = members.Flag("exists");
        if (members.Text("etag") is not { } text)
            return exists switch
            {
                true => Precondition.Exists,
                false => Precondition.Absent,
                null => Precondition.None,
            };
        if (exists is not null)
            throw Wrong(members, "exists", "does not go with etag");
        return EntityTags.Read(text) is { } revision
            ? Precondition.WrittenAt(revision)
            : throw Wrong(members, "etag", "must be an entity tag that Kv gave, as in 42");
    }

    /// <summary>The members <c>value</c> and <c>encoding</c>; null when there are none.</summary>
    /// <exception cref="BodyException">They make no sense.</exception>
    public static ReadOnlyMemory<byte>? Value(BodyMembers members)
    {
        var text = members.Text("value");
        var encoding = members.Text("encoding");
        if (encoding is not (null or StoredKeyValue.Base64))
            throw Wrong(members, "encoding", "must be base64, or absent");
        if (text is null)
            return encoding is null ? null : throw Wrong(members, "encoding", "goes with value only");
        if (encoding is null)
            return Encoding.UTF8.GetBytes(text);
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes.AsMemory(0, length)
            : throw Wrong(members, "value", "must be base64, as encoding says");
    }

    private static BodyException Wrong(BodyMembers members, string name, string what) =>
        new(members.FieldOf(name), $"{members.FieldOf(name)} {what}");
}
