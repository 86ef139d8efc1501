using Kv.Api.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace Kv.Api.KeyValues.Bodies;

/// <summary>Reads JSON merge patches (RFC 7396) for the one body that is a patch.</summary>
internal sealed class MergePatchFormatter : SystemTextJsonInputFormatter
{
    public const string MediaType = "application/merge-patch+json";

    public MergePatchFormatter(JsonOptions options, ILogger<SystemTextJsonInputFormatter> logger)
        : base(options, logger)
    {
        SupportedMediaTypes.Clear();
        SupportedMediaTypes.Add(MediaType);
    }

    public override bool CanRead(InputFormatterContext context) =>
        MediaTypes.Is(context.HttpContext.Request, MediaType) && base.CanRead(context);

    protected override bool CanReadType(Type type) => type == typeof(PatchKeyValueBody);
}
