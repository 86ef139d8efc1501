using FluentValidation;
using Kv.Application.Tests.KeyValues;
using Kv.Domain;
using Kv.Domain.Access;
using Kv.Domain.Audit;
using Kv.Domain.Deliveries;
using Kv.Domain.KeyValues;
using Kv.Domain.Overview;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Transactions;
using Kv.Domain.Watching;
using Kv.Domain.Webhooks;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Kv.Application.Tests;

internal sealed class ApplicationServicesTests
{
    private static readonly Type[] RequestTypes =
    [
        .. typeof(ApplicationServices).Assembly.GetTypes()
            .Where(
                type => type is { IsAbstract: false, IsInterface: false }
                    && typeof(IBaseRequest).IsAssignableFrom(type)),
    ];

    private readonly Mock<IKeyValueRepository> _repository = new();
    private ServiceProvider _services = null!;

    [OneTimeSetUp]
    public void Build() => _services = new ServiceCollection()
        .AddApplication(new Limits { MaxKeyLength = 5 })
        .AddSingleton(_repository.Object)
        .AddSingleton(Mock.Of<IKeyValueListings>())
        .AddSingleton(Mock.Of<IListingCursors>())
        .AddSingleton(Mock.Of<ITenantListings>())
        .AddSingleton(Mock.Of<IKeyValueHistory>())
        .AddSingleton(Mock.Of<IKeyValueTransactions>())
        .AddSingleton(Mock.Of<IKeyChangeFeed>())
        .AddSingleton(Mock.Of<IWatchTickets>())
        .AddSingleton(Mock.Of<IWebhookRepository>())
        .AddSingleton(Mock.Of<IWebhookTargets>())
        .AddSingleton(new HeaderPolicy())
        .AddSingleton(Mock.Of<IDeliveryReads>())
        .AddSingleton(Mock.Of<IDeliveryRepository>())
        .AddSingleton(Mock.Of<IWebhookSender>())
        .AddSingleton(Mock.Of<IApiKeyRepository>())
        .AddSingleton(Mock.Of<IAuditTrail>())
        .AddSingleton(Mock.Of<IStoreProbe>())
        .AddSingleton(Mock.Of<IReplicaList>())
        .AddSingleton(Mock.Of<IWatcherStatus>())
        .AddSingleton(TimeProvider.System)
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    [OneTimeTearDown]
    public void Dispose() => _services.Dispose();

    [Test]
    public void There_are_requests() => Assert.That(RequestTypes, Has.Length.AtLeast(4));

    [Test]
    public void Every_mapping_is_complete() =>
        Assert.That(() => TestMaps.All.AssertConfigurationIsValid(), Throws.Nothing);

    [TestCaseSource(nameof(RequestTypes))]
    public void Every_request_has_one_handler(Type request)
    {
        var answer = request.GetInterfaces()
            .Single(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequest<>))
            .GetGenericArguments()[0];

        Assert.That(
            _services.GetServices(typeof(IRequestHandler<,>).MakeGenericType(request, answer)).Count(), Is.EqualTo(1));
    }

    [TestCaseSource(nameof(RequestTypes))]
    public void Every_request_has_one_validator(Type request) =>
        Assert.That(_services.GetServices(typeof(IValidator<>).MakeGenericType(request)).Count(), Is.EqualTo(1));

    [Test]
    public async Task A_request_goes_through_validation_to_its_handler_and_back()
    {
        _repository
            .Setup(
                repository => repository.Get(
                    new Tenant("space", "app"), Key.Parse("key"), default, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new KeyValueRead(Requests.Stored(), 8));
        var mediator = _services.GetRequiredService<IMediator>();

        Assert.That((await mediator.Send(Requests.Get)).KeyValue?.Key, Is.EqualTo("key"));
        Assert.That(
            () => mediator.Send(Requests.Get with { Key = "too long" }),
            Throws.InstanceOf<ValidationException>().With.Message.Contains("Key too long (max 5 characters)"));
    }
}
