using Kv.Api.Errors;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;

namespace Kv.Api.Json;

/// <summary>
/// Reads bodies by MVC's formatters, for the most frequent calls. MVC's model binding would give the same result, but
/// its general machinery costs a fifth of Kv's time for a request.
/// </summary>
public sealed class JsonBodies(IOptions<MvcOptions> options, IModelMetadataProvider metadata)
{
    private readonly IList<IInputFormatter> _formatters = options.Value.InputFormatters;

    /// <summary>Reads the body.</summary>
    /// <exception cref="BadHttpRequestException">
    /// 415: the content type is not one of <typeparamref name="TBody"/>.
    /// </exception>
    /// <exception cref="BodyException">The body is missing, malformed or invalid.</exception>
    internal async ValueTask<TBody> Read<TBody>(ControllerContext context)
        where TBody : class
    {
        var type = metadata.GetMetadataForType(typeof(TBody));
        var body = new InputFormatterContext(
            context.HttpContext, modelName: "", context.ModelState, type, static (stream, encoding) =>
                new StreamReader(stream, encoding));
        var read = await FormatterOf(body).ReadAsync(body);
        if (read.IsModelSet)
            return (TBody)read.Model!;
        var mistake = context.ModelState.Values.SelectMany(field => field.Errors).FirstOrDefault();
        // The charset is unknown.
        if (mistake?.Exception is UnsupportedContentTypeException)
            throw WrongType();
        throw new BodyException(
            "body", JsonMistake.Describe(
                mistake?.ErrorMessage ?? type.ModelBindingMessageProvider.MissingRequestBodyRequiredValueAccessor()));
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
