using System.IO.Pipelines;
using System.Net.Mime;
using System.Text;
using Kv.Api.Http;
using Kv.Api.Json;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace Kv.Api.Transactions;

/// <summary>
/// Reads the bodies of bulks and transactions. MVC's own formatter would read the whole body before the first
/// operation.
/// </summary>
internal sealed class OperationsFormatter : TextInputFormatter
{
    private readonly Limits _limits;

    public OperationsFormatter(Limits limits)
    {
        _limits = limits;
        SupportedMediaTypes.Add(MediaTypeNames.Application.Json);
        SupportedEncodings.Add(UTF8EncodingWithoutBOM);
        SupportedEncodings.Add(UTF16EncodingLittleEndian);
    }

    public override bool CanRead(InputFormatterContext context) =>
        MediaTypes.Is(context.HttpContext.Request, MediaTypeNames.Application.Json) && base.CanRead(context);

    public override async Task<InputFormatterResult> ReadRequestBodyAsync(
        InputFormatterContext context, Encoding encoding)
    {
        var http = context.HttpContext;
        var body = encoding.CodePage == Encoding.UTF8.CodePage
            ? http.Request.BodyReader
            : PipeReader.Create(
                Encoding.CreateTranscodingStream(http.Request.Body, encoding, Encoding.UTF8, leaveOpen: true));
        var parts = new JsonParts(body, _limits.MaxBodyBytes());
        return InputFormatterResult.Success(context.ModelType == typeof(BulkBody)
            ? await OperationBodies.ReadBulk(parts, http.RequestAborted)
            : await OperationBodies.ReadTransaction(parts, http.RequestAborted));
    }

    protected override bool CanReadType(Type type) => type == typeof(BulkBody) || type == typeof(TransactionBody);
}
