using System.Net.Mime;
using Kv.Api.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace Kv.Api.Json;

/// <summary>
/// Reads JSON bodies with the type <c>application/json</c>. MVC's own formatter also accepts every type that ends in
/// <c>+json</c>.
/// </summary>
internal sealed class JsonFormatter : SystemTextJsonInputFormatter
{
    public JsonFormatter(JsonOptions options, ILogger<SystemTextJsonInputFormatter> logger)
        : base(options, logger)
    {
        SupportedMediaTypes.Clear();
        SupportedMediaTypes.Add(MediaTypeNames.Application.Json);
    }

    public override bool CanRead(InputFormatterContext context) =>
        MediaTypes.Is(context.HttpContext.Request, MediaTypeNames.Application.Json) && base.CanRead(context);
}
