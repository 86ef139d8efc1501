using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Json;

namespace Kv.Api.KeyValues;

internal sealed class TransactionBodyConverter : JsonConverter<TransactionBody>
{
    public override TransactionBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var members = BodyMembers.Read(ref reader, "compare", "success", "failure");
        return new TransactionBody
        {
            Conditions = ReadAll(members, "compare", KeyOperationBody.ReadCompare),
            Then = ReadAll(members, "success", (value, path) => KeyOperationBody.Read(value, path, takesCondition: false)),
            Otherwise = ReadAll(members, "failure", (value, path) => KeyOperationBody.Read(value, path, takesCondition: false)),
        };
    }

    public override void Write(Utf8JsonWriter writer, TransactionBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");

    private static IReadOnlyList<T> ReadAll<T>(BodyMembers members, string name, Func<JsonElement, string, T> read) =>
        members.Array(name) is { } array ? [.. array.EnumerateArray().Select((value, index) => read(value, $"{name}[{index}]"))] : [];
}

internal sealed class BulkBodyConverter : JsonConverter<BulkBody>
{
    public override BulkBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var body = JsonElement.ParseValue(ref reader);
        if (body.ValueKind != JsonValueKind.Array)
            throw new BodyException("body", "The body must be a JSON array");
        return new BulkBody
        {
            Operations = [.. body.EnumerateArray().Select(
                (value, index) => KeyOperationBody.Read(value, $"[{index}]", takesCondition: true))],
        };
    }

    public override void Write(Utf8JsonWriter writer, BulkBody value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies of requests are only read.");
}
