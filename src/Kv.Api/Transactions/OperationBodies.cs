using System.Text.Json;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Application.KeyValues;
using Kv.Application.Transactions;

namespace Kv.Api.Transactions;

/// <summary>
/// Reads bodies with many operations while they arrive. At the first exceeded limit the reading ends, so the rest costs
/// nothing.
/// </summary>
internal static class OperationBodies
{
    private static readonly string[] Members = ["compare", "success", "failure"];

    /// <summary>Reads a bulk.</summary>
    /// <exception cref="BodyException">The body is invalid, or has too many operations.</exception>
    public static async Task<IReadOnlyList<KeyOperationInput>> ReadBulk(
        JsonParts body, CancellationToken cancellationToken)
    {
        if ((await body.Token(cancellationToken)).Kind != JsonTokenType.StartArray)
            throw new BodyException("body", "The body must be a JSON array");
        var operations = await ReadAll(body, Read, cancellationToken);
        await body.End(cancellationToken);
        return operations;

        static KeyOperationInput Read(ref Utf8JsonReader reader, int index) => index < ExecuteBulk.MaxOperations
            ? KeyOperationBody.Read(ref reader, $"[{index}]", takesCondition: true)
            : throw new BodyException("body", ExecuteBulk.CountRule);
    }

    /// <summary>Reads a transaction.</summary>
    /// <exception cref="BodyException">The body is invalid, or has too many operations.</exception>
    public static async Task<TransactionBody> ReadTransaction(JsonParts body, CancellationToken cancellationToken)
    {
        if ((await body.Token(cancellationToken)).Kind != JsonTokenType.StartObject)
            throw new BodyException("body", "The body must be a JSON object");
        var transaction = new TransactionBody();
        var seen = new HashSet<string>();
        while ((await body.Token(cancellationToken)).Name is { } given)
        {
            var name = JsonMembers.Recognize(given, Members);
            if (!seen.Add(name))
                throw BodyException.Repeated(name);
            var kind = (await body.Token(cancellationToken)).Kind;
            if (kind == JsonTokenType.StartArray)
                transaction = await ReadMember(body, name, transaction, cancellationToken);
            else if (kind != JsonTokenType.Null)
                throw new BodyException(name, $"{name} must be an array");
        }
        await body.End(cancellationToken);
        return transaction;
    }

    private static async Task<TransactionBody> ReadMember(
        JsonParts body, string name, TransactionBody before, CancellationToken cancellationToken)
    {
        var operationsBefore = before.Then.Count + before.Otherwise.Count;
        return name switch
        {
            "compare" => before with { Conditions = await ReadAll(body, ReadCompare, cancellationToken) },
            "success" => before with { Then = await ReadAll(body, ReadOperation, cancellationToken) },
            _ => before with { Otherwise = await ReadAll(body, ReadOperation, cancellationToken) },
        };

        KeyConditionInput ReadCompare(ref Utf8JsonReader reader, int index) => index < ExecuteTransaction.MaxOperations
            ? KeyOperationBody.ReadCompare(ref reader, $"{name}[{index}]")
            : throw new BodyException(name, ExecuteTransaction.TooManyCompares);

        KeyOperationInput ReadOperation(ref Utf8JsonReader reader, int index) =>
            operationsBefore + index < ExecuteTransaction.MaxOperations
                ? KeyOperationBody.Read(ref reader, $"{name}[{index}]", takesCondition: false)
                : throw new BodyException("success", ExecuteTransaction.TooManyOperations);
    }

    private static async Task<IReadOnlyList<T>> ReadAll<T>(
        JsonParts body, ReadElement<T> read, CancellationToken cancellationToken)
        where T : class
    {
        var all = new List<T>();
        while (await body.Element(ReadNext, cancellationToken) is { } one)
            all.Add(one);
        return all;

        T ReadNext(ref Utf8JsonReader reader) => read(ref reader, all.Count);
    }

    private delegate T ReadElement<out T>(ref Utf8JsonReader reader, int index);
}
