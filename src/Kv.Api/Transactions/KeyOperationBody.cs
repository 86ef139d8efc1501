using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Http;
using Kv.Api.Json;
using Kv.Application.KeyValues;
using Kv.Application.Transactions;
using Kv.Domain.Transactions;

namespace Kv.Api.Transactions;

/// <summary>Reads operations and conditions from JSON. Errors contain the path of the member.</summary>
internal static class KeyOperationBody
{
    private static readonly string[] SetMembers = ["value", "encoding", "ttl", "content_type"];
    private static readonly string[] ConditionMembers = ["etag", "exists", "create_revision"];
    private static readonly string[] OperationMembers = ["op", "key", .. SetMembers, .. ConditionMembers];
    private static readonly string[] CompareMembers = [.. ConditionMembers, "key", "value", "encoding"];

    /// <summary>Reads an operation.</summary>
    /// <param name="reader">The reader at the object.</param>
    /// <param name="path">The path of the object.</param>
    /// <param name="takesCondition">Whether the operation may have a condition.</param>
    /// <exception cref="BodyException">The object is invalid.</exception>
    public static KeyOperationInput Read(ref Utf8JsonReader reader, string path, bool takesCondition)
    {
        // Clients may use one type for bulks and transactions: accept the other call's members as null.
        var members = JsonMembers.Read(ref reader, path, OperationMembers);
        if (!takesCondition && ConditionMembers.FirstOrDefault(members.Has) is { } misplaced)
            throw Error(members, misplaced, "is only for a bulk: a transaction has compare");
        var kind = members.Text("op")?.ToLowerInvariant() switch
        {
            "get" => KeyOperationKind.Get,
            "set" => KeyOperationKind.Set,
            "delete" => KeyOperationKind.Delete,
            _ => throw Error(members, "op", "must be get, set or delete"),
        };
        var key = members.Text("key") ?? throw Error(members, "key", "is required");
        if (!kind.StoresValue())
        {
            if (SetMembers.FirstOrDefault(members.Has) is { } name)
                throw Error(members, name, "is only for set");
            if (kind.IsRead() && ConditionMembers.FirstOrDefault(members.Has) is { } condition)
                throw Error(members, condition, "must not be given with get");
            return new KeyOperationInput(kind, key, Condition: Condition(members));
        }
        return new KeyOperationInput(
            kind, key, Value(members) ?? throw Error(members, "value", "is required"), members.Ttl("ttl"),
            members.Text("content_type"), Condition(members));
    }

    /// <summary>Reads a condition of a transaction.</summary>
    /// <exception cref="BodyException">The object is invalid.</exception>
    public static KeyConditionInput ReadCompare(ref Utf8JsonReader reader, string path)
    {
        var members = JsonMembers.Read(ref reader, path, CompareMembers);
        var key = members.Text("key") ?? throw Error(members, "key", "is required");
        var condition = Condition(members);
        var wanted = Value(members);
        if (wanted is not null == (condition != Precondition.None))
            throw new BodyException(path, $"{path} must have one of etag, exists, create_revision and value");
        return new KeyConditionInput(key, condition, wanted);
    }

    private static Precondition Condition(JsonMembers members)
    {
        var given = Array.FindAll(ConditionMembers, members.Has);
        if (given.Length > 1)
            throw Error(members, given[1], $"must not be given together with {given[0]}");
        if (members.Flag("exists") is { } exists)
            return exists ? Precondition.Exists : Precondition.Absent;
        if (members.Text("etag") is { } text)
            return EntityTags.Read(text) is { } revision
                ? Precondition.WrittenAt(revision)
                : throw Error(members, "etag", "must be an entity tag from Kv, as in 42");
        return members.Number("create_revision") switch
        {
            null => Precondition.None,
            >= 1 and var revision => Precondition.CreatedAt(revision),
            _ => throw Error(members, "create_revision", "must be a revision, 1 or more"),
        };
    }

    /// <summary>Reads the members <c>value</c> and <c>encoding</c>; null when they are absent.</summary>
    /// <exception cref="BodyException">The members are invalid.</exception>
    public static ReadOnlyMemory<byte>? Value(JsonMembers members) =>
        EncodedValues.Decode(members.Bytes("value"), members.Text("encoding"), members.FieldOf(""));

    private static BodyException Error(JsonMembers members, string name, string what) =>
        new(members.FieldOf(name), $"{members.FieldOf(name)} {what}");
}
