using Kv.Application.KeyValues;
using Kv.Application.Pipeline;
using Kv.Domain.Access;
using MediatR;

namespace Kv.Application.Tests.Pipeline;

internal sealed class AccessBehaviorTests
{
    private sealed record Unguarded : IRequest<int>;

    private static readonly Type[] Requests =
    [
        .. typeof(ApplicationServices).Assembly.GetTypes()
            .Where(
                type => type is { IsAbstract: false, IsInterface: false }
                    && typeof(IBaseRequest).IsAssignableFrom(type)),
    ];

    [TestCaseSource(nameof(Requests))]
    public void Every_request_declares_the_permission_that_it_needs(Type request) =>
        Assert.That(request.IsAssignableTo(typeof(IGuardedRequest)), Is.True);

    [Test]
    public void A_request_that_declares_no_permission_is_refused_even_to_an_administrator() =>
        Assert.That(
            () => Send<Unguarded, int>(new Unguarded(), Grants.All), Throws.InstanceOf<AccessDeniedException>());

    [Test]
    public async Task Only_permitted_requests_reach_their_handler()
    {
        var reader = new Grants(isAdministrator: false, [new Grant("n", "a", "in:", AccessVerbs.Read)]);

        Assert.That(await Send<GetKeyValue, ReadResult>(new GetKeyValue("n", "a", "in:k"), reader), Is.Null);
        Assert.That(
            () => Send<GetKeyValue, ReadResult>(new GetKeyValue("n", "a", "k"), reader),
            Throws.InstanceOf<AccessDeniedException>());
    }

    private static Task<TResponse> Send<TRequest, TResponse>(TRequest request, Grants grants)
        where TRequest : notnull => new AccessBehavior<TRequest, TResponse>(new Caller(grants)).Handle(
        request, CancellationToken.None, () => Task.FromResult<TResponse>(default!));

    private sealed class Caller(Grants grants) : ICaller
    {
        public Principal? Principal => null;

        public ValueTask<Grants> Grants(CancellationToken cancellationToken) => new(grants);
    }
}
