using System.Text.Json;
using Kv.Api.Json;

namespace Kv.Api.Answers;

/// <summary>
/// Writes one value as JSON directly to the response. MVC's own result would select a formatter first, which the
/// JSON-only API does not need.
/// </summary>
internal sealed class JsonAnswer<TValue>(int status, TValue value) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = status;
        response.ContentType = JsonAnswer.ContentType;
        if (value is IHoldsValue<TValue> { Value.Length: > AnswerBody.PartBytes and var length })
            return AnswerBody.SendLarge(context.HttpContext, length, body => body.Write(value));
        using var writer = new Utf8JsonWriter(response.BodyWriter, KvJson.Plain);
        JsonSerializer.Serialize(writer, value, KvJson.TypeOf<TValue>());
        writer.Flush();
        // Set the length before the headers are sent, so that the body is not chunked.
        response.ContentLength = writer.BytesCommitted;
        return writer.BytesCommitted > AnswerBody.PieceBytes ? Send(context.HttpContext) : Task.CompletedTask;
    }

    private static async Task Send(HttpContext http)
    {
        using var body = new AnswerBody(http);
        await body.Flush();
    }
}

/// <summary>Creates JSON answers.</summary>
internal static class JsonAnswer
{
    public const string ContentType = "application/json; charset=utf-8";

    public static JsonAnswer<TValue> Ok<TValue>(TValue value) => new(StatusCodes.Status200OK, value);

    public static JsonAnswer<TValue> Created<TValue>(TValue value) => new(StatusCodes.Status201Created, value);

    public static JsonAnswer<TValue> Accepted<TValue>(TValue value) => new(StatusCodes.Status202Accepted, value);
}
