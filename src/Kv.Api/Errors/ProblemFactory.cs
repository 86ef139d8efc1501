using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace Kv.Api.Errors;

/// <summary>Answers that MVC gives by itself (415, say) look like every other problem.</summary>
internal sealed class ProblemFactory : IClientErrorFactory
{
    public IActionResult? GetClientError(ActionContext actionContext, IClientErrorActionResult clientError) =>
        clientError.StatusCode switch
        {
            StatusCodes.Status415UnsupportedMediaType => Problems.Of(
                StatusCodes.Status415UnsupportedMediaType, Problems.InvalidInput, Problems.WrongContentType).ToResult(),
            { } status => Problems.Of(status).ToResult(),
            null => null,
        };
}
