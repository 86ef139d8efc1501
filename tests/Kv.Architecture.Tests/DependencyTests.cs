using System.Reflection;
using NetArchTest.Rules;

namespace Kv.Architecture.Tests;

/// <summary>The allowed dependencies between layers.</summary>
internal sealed class DependencyTests
{
    private static readonly string[] WiresInfrastructure =
    [
        "Kv.Api.KvApplication", "Kv.Api.CommandLine.CommandLineApplication", "Kv.Api.Hosting.StartupNotice",
        "Kv.Api.Configuration.",
    ];

    [Test]
    public void The_domain_depends_only_on_the_platform() =>
        Assert.That(References(Layers.Domain), Has.All.Matches<string>(name => IsPlatform(name!)));

    [Test]
    public void The_application_depends_only_on_the_domain_and_three_libraries() => Assert.That(
        References(Layers.Application).Where(name => !IsPlatform(name)),
        Is.SubsetOf(
        [
            "Kv.Domain", "MediatR", "FluentValidation", "AutoMapper",
            "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Hosting.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions",
        ]));

    [Test]
    public void The_infrastructure_uses_neither_HTTP_nor_the_libraries_of_the_use_cases() => Assert.That(
        References(Layers.Infrastructure),
        Has.None.EqualTo("Kv.Api")
            .And.None.StartsWith("Microsoft.AspNetCore")
            .And.None.EqualTo("FluentValidation")
            .And.None.EqualTo("AutoMapper"));

    [Test]
    public void The_API_uses_no_engine() => Assert.That(
        References(Layers.Api),
        Has.None.StartsWith("Grpc").And.None.StartsWith("dotnet-etcd").And.None.Contains("Sqlite"));

    [Test]
    public void In_the_API_only_the_wiring_touches_the_infrastructure()
    {
        var touching = Types.InAssembly(Layers.Api).That().HaveDependencyOn("Kv.Infrastructure").GetTypes()
            .Select(type => type.FullName!)
            .Where(name => name.StartsWith("Kv.", StringComparison.Ordinal))
            .ToList();

        Assert.That(touching, Has.Some.EqualTo("Kv.Api.KvApplication"), "the search finds what is there");
        Assert.That(touching.Where(name => !WiresInfrastructure.Any(name.StartsWith)), Is.Empty);
    }

    [Test]
    public void Controllers_use_the_mediator_and_no_repository() => Assert.That(
        Types.InAssembly(Layers.Api).That().HaveNameEndingWith("Controller")
            .ShouldNot().HaveDependencyOnAny(
                "Kv.Infrastructure", "Kv.Domain.Storage", "Kv.Domain.KeyValues.IKeyValueRepository",
                "Kv.Domain.Webhooks.IWebhookRepository", "Kv.Domain.Deliveries.IDeliveryReads",
                "Kv.Domain.Deliveries.IDeliveryRepository", "Kv.Domain.Deliveries.IWebhookSender")
            .GetResult().FailingTypeNames ?? [],
        Is.Empty);

    [TestCase("Kv.Infrastructure.Storage.Etcd", "dotnet_etcd", "Etcdserverpb", "Mvccpb", "Grpc", "Google.Protobuf")]
    [TestCase("Kv.Infrastructure.Storage.Embedded", "Microsoft.Data.Sqlite", "SQLitePCL")]
    public void Only_an_engine_uses_its_libraries(string engine, params string[] libraries) => Assert.That(
        Types.InAssembly(Layers.Infrastructure).That().DoNotResideInNamespace(engine)
            .ShouldNot().HaveDependencyOnAny(libraries)
            .GetResult().FailingTypeNames ?? [],
        Is.Empty);

    [Test]
    public void The_etcd_engine_uses_its_library() => Assert.That(
        Types.InAssembly(Layers.Infrastructure).That().HaveDependencyOnAny("dotnet_etcd", "Grpc").GetTypes(),
        Is.Not.Empty, "the search finds what is there");

    [Test]
    public void Repositories_use_the_store_interface_and_no_engine() => Assert.That(
        Types.InAssembly(Layers.Infrastructure).That().HaveNameEndingWith("Repository")
            .ShouldNot().HaveDependencyOnAny("Kv.Infrastructure.Storage.Etcd", "Kv.Infrastructure.Storage.Embedded")
            .GetResult().FailingTypeNames ?? [],
        Is.Empty);

    private static IEnumerable<string> References(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(reference => reference.Name!);

    private static bool IsPlatform(string assembly) =>
        assembly is "netstandard" or "mscorlib" || assembly.StartsWith("System.", StringComparison.Ordinal);
}
