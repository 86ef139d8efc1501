using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kv.Api.Errors;
using Kv.Domain.Storage;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.KeyValues;

/// <summary>Values as JSON, one a line, sent out while they come. When the store fails on the way, the answer is broken off.</summary>
internal sealed class NdjsonAnswer<T>(IAsyncEnumerable<T> values, JsonTypeInfo<T> type, StoreFailureLog storeFailures) : IActionResult
{
    private const int FlushAt = 32 * 1024;

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        http.Response.ContentType = Ndjson.ContentType;
        var body = http.Response.BodyWriter;
        using var json = new Utf8JsonWriter(
            (IBufferWriter<byte>)body, new JsonWriterOptions { Encoder = type.Options.Encoder, SkipValidation = true });
        try
        {
            await foreach (var value in values.WithCancellation(http.RequestAborted))
            {
                json.Reset();
                JsonSerializer.Serialize(json, value, type);
                json.Flush();
                body.Write("\n"u8);
                if (body.UnflushedBytes >= FlushAt || Ndjson.IsUrgent(value))
                    await body.FlushAsync(http.RequestAborted);
            }
        }
        catch (StoreException failure)
        {
            storeFailures.Log(failure);
            http.Abort();
        }
    }
}

/// <summary>Newline-delimited JSON.</summary>
internal static class Ndjson
{
    public const string ContentType = "application/x-ndjson";

    /// <summary>Whether a reader waits for a value as it comes: how far something is that takes long.</summary>
    public static bool IsUrgent<T>(T value) => value is ImportReport;

    /// <summary>Whether a body says that it is such.</summary>
    public static bool Is(HttpRequest request) =>
        request.ContentType?.Split(';')[0].Trim() is { } type
        && (type.Equals(ContentType, StringComparison.OrdinalIgnoreCase) || type.Equals("application/jsonl", StringComparison.OrdinalIgnoreCase));
}
