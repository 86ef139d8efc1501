using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Kv.Api.Json;

/// <summary>
/// One value as JSON, written straight into the response. MVC's own result would first choose among formatters, and
/// there is nothing to choose: the API speaks JSON.
/// </summary>
internal sealed class JsonAnswer<TValue>(int status, TValue value, JsonTypeInfo<TValue> type) : IActionResult
{
    private const string ContentType = "application/json; charset=utf-8";

    public Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        using var writer = new Utf8JsonWriter(
            response.BodyWriter, new JsonWriterOptions { Encoder = type.Options.Encoder, SkipValidation = true });
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        // Known before the headers go out, so that the body needs no chunks.
        response.ContentLength = writer.BytesCommitted;
        return Task.CompletedTask;
    }
}
