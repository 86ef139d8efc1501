using Kv.Api.KeyValues;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace Kv.Api.Json;

/// <summary>Reads JSON merge patches (RFC 7396), where one is asked for and nowhere else.</summary>
internal sealed class MergePatchFormatter : SystemTextJsonInputFormatter
{
    public const string MediaType = "application/merge-patch+json";

    public MergePatchFormatter(JsonOptions options, ILogger<SystemTextJsonInputFormatter> logger)
        : base(options, logger)
    {
        SupportedMediaTypes.Clear();
        SupportedMediaTypes.Add(MediaType);
    }

    protected override bool CanReadType(Type type) => type == typeof(PatchKeyValueBody);
}
