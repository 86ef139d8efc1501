using Kv.Api.Errors;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;

namespace Kv.Api.Json;

/// <summary>
/// Reads bodies by MVC's formatters, for the calls that are made most. MVC's own binding would do the same with the machinery around it that
/// finds values for parameters of any kind from any place, and costs a request a fifth of all that Kv does for it.
/// </summary>
public sealed class JsonBodies(IOptions<MvcOptions> options, IModelMetadataProvider metadata)
{
    private readonly IList<IInputFormatter> _formatters = options.Value.InputFormatters;

    /// <summary>Reads the body.</summary>
    /// <exception cref="BadHttpRequestException">415: it is of another type than <typeparamref name="TBody"/> is sent as.</exception>
    /// <exception cref="BodyException">It is not there, or no JSON, or something in it is wrong.</exception>
    internal async ValueTask<TBody> Read<TBody>(ControllerContext context)
        where TBody : class
    {
        var type = metadata.GetMetadataForType(typeof(TBody));
        var body = new InputFormatterContext(
            context.HttpContext, modelName: "", context.ModelState, type, static (stream, encoding) => new StreamReader(stream, encoding));
        var read = await FormatterOf(body).ReadAsync(body);
        if (read.IsModelSet)
            return (TBody)read.Model!;
        var mistake = context.ModelState.Values.SelectMany(field => field.Errors).FirstOrDefault();
        // In a charset that nobody knows.
        if (mistake?.Exception is UnsupportedContentTypeException)
            throw WrongType();
        throw new BodyException(
            "body", mistake?.ErrorMessage ?? type.ModelBindingMessageProvider.MissingRequestBodyRequiredValueAccessor());
    }

    private IInputFormatter FormatterOf(InputFormatterContext body)
    {
        foreach (var formatter in _formatters)
            if (formatter.CanRead(body))
                return formatter;
        throw WrongType();
    }

    private static BadHttpRequestException WrongType() =>
        new(Problems.WrongContentType, StatusCodes.Status415UnsupportedMediaType);
}
