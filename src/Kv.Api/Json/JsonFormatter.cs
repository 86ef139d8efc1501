using Kv.Api.Http;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace Kv.Api.Json;

/// <summary>
/// Reads JSON bodies with one media type. MVC's own formatter also accepts every type that ends in <c>+json</c>.
/// </summary>
internal sealed class JsonFormatter : SystemTextJsonInputFormatter
{
    private readonly string _mediaType;
    private readonly Type? _body;

    /// <param name="body">The only body with the media type; null for any body.</param>
    public JsonFormatter(
        JsonOptions options, ILogger<SystemTextJsonInputFormatter> logger, string mediaType, Type? body = null)
        : base(options, logger)
    {
        (_mediaType, _body) = (mediaType, body);
        SupportedMediaTypes.Clear();
        SupportedMediaTypes.Add(mediaType);
    }

    public override bool CanRead(InputFormatterContext context) =>
        MediaTypes.Is(context.HttpContext.Request, _mediaType) && base.CanRead(context);

    protected override bool CanReadType(Type type) => _body is null || type == _body;
}
