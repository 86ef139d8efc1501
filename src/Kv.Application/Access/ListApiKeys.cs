namespace Kv.Application.Access;

/// <summary>Reads all API keys, including expired ones, in the order of their creation.</summary>
public sealed record ListApiKeys : IRequest<IReadOnlyList<ApiKeyDto>>, IAdministrativeRequest;

internal sealed class ListApiKeysValidator : AbstractValidator<ListApiKeys>;

internal sealed class ListApiKeysHandler(IApiKeyRepository keys, IMapper mapper)
    : IRequestHandler<ListApiKeys, IReadOnlyList<ApiKeyDto>>
{
    public async Task<IReadOnlyList<ApiKeyDto>> Handle(ListApiKeys request, CancellationToken cancellationToken) =>
        [.. (await keys.List(cancellationToken)).Select(mapper.Map<ApiKeyDto>)];
}
