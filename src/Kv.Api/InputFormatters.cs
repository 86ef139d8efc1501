using System.Net.Mime;
using Kv.Api.Http;
using Kv.Api.Json;
using Kv.Api.KeyValues.Bodies;
using Kv.Api.Transactions;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.Extensions.Options;

namespace Kv.Api;

/// <summary>Registers the formatters of bodies: operations, JSON and merge patches.</summary>
internal sealed class InputFormatters(
    IOptions<JsonOptions> json, Limits limits, ILogger<SystemTextJsonInputFormatter> logger)
    : IConfigureOptions<MvcOptions>
{
    public void Configure(MvcOptions options)
    {
        options.InputFormatters.RemoveType<SystemTextJsonInputFormatter>();
        options.InputFormatters.Add(new OperationsFormatter(limits));
        options.InputFormatters.Add(new JsonFormatter(json.Value, logger, MediaTypeNames.Application.Json));
        options.InputFormatters.Add(
            new JsonFormatter(json.Value, logger, MediaTypes.MergePatch, typeof(PatchKeyValueBody)));
    }
}
