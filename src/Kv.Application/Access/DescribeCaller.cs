namespace Kv.Application.Access;

/// <summary>Reads the caller's own identity and grants.</summary>
public sealed record DescribeCaller : IRequest<CallerDto>, IGuardedRequest
{
    bool IGuardedRequest.IsAllowedTo(Grants caller) => true;
}

/// <summary>A caller.</summary>
/// <param name="Principal">The identity; null without authentication.</param>
public sealed record CallerDto(Principal? Principal, Grants Grants);

internal sealed class DescribeCallerValidator : AbstractValidator<DescribeCaller>;

internal sealed class DescribeCallerHandler(ICaller caller) : IRequestHandler<DescribeCaller, CallerDto>
{
    public async Task<CallerDto> Handle(DescribeCaller request, CancellationToken cancellationToken) =>
        new(caller.Principal, await caller.Grants(cancellationToken));
}
