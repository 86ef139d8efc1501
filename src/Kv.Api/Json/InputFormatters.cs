using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Extensions.Options;

namespace Kv.Api.Json;

/// <summary>What bodies may be: JSON by its own name, and merge patches where one is asked for.</summary>
internal sealed class InputFormatters(IOptions<JsonOptions> json, ILogger<SystemTextJsonInputFormatter> logger)
    : IConfigureOptions<MvcOptions>
{
    public void Configure(MvcOptions options)
    {
        foreach (var formatter in options.InputFormatters.OfType<SystemTextJsonInputFormatter>())
        {
            formatter.SupportedMediaTypes.Clear();
            formatter.SupportedMediaTypes.Add(MediaTypeNames.Application.Json);
        }
        options.InputFormatters.Add(new MergePatchFormatter(json.Value, logger));
    }
}
