using System.Reflection;
using AutoMapper;
using FluentValidation;
using MediatR;

namespace Kv.Architecture.Tests;

/// <summary>One use case, one file: the request, its validator, its handler.</summary>
internal sealed class UseCaseTests
{
    private static readonly Type[] Requests =
        [.. Layers.Application.GetTypes().Where(type => type.IsClass && typeof(IBaseRequest).IsAssignableFrom(type))];

    private static readonly Type[] Handlers = [.. ImplementationsOf(typeof(IRequestHandler<,>))];

    private static readonly Type[] Validators = [.. ImplementationsOf(typeof(IValidator<>))];

    private static readonly Type[] Inner =
    [
        .. Handlers,
        .. Validators,
        .. Layers.Application.GetTypes().Where(type => type.IsSubclassOf(typeof(Profile))),
        .. ImplementationsOf(typeof(IPipelineBehavior<,>)),
        .. Layers.Infrastructure.GetTypes()
            .Where(type => type.IsClass && type.Name.EndsWith("Repository", StringComparison.Ordinal)),
    ];

    [Test]
    public void The_search_finds_existing_folders()
    {
        Assert.That(Requests.Select(type => type.Name), Has.Some.EqualTo("SetKeyValue"));
        Assert.That(Inner.Select(type => type.Name), Is.SupersetOf(
            ["SetKeyValueHandler", "SetKeyValueValidator", "KeyValueProfile", "ValidationBehavior`2",
                "KeyValueRepository"]));
    }

    [TestCaseSource(nameof(Inner))]
    public void Types_that_only_the_container_creates_are_internal_and_sealed(Type type)
    {
        Assert.That(type.IsVisible, Is.False);
        Assert.That(type.IsSealed, Is.True);
    }

    [TestCaseSource(nameof(Requests))]
    public void A_request_is_a_sealed_record(Type request)
    {
        Assert.That(request.IsSealed, Is.True);
        Assert.That(request.GetMethod("<Clone>$"), Is.Not.Null, "records have one");
    }

    [TestCaseSource(nameof(Requests))]
    public void A_request_its_validator_and_its_handler_share_a_file_of_its_name(Type request)
    {
        var files = Layers.Sources.Where(path => Path.GetFileName(path) == $"{request.Name}.cs").ToList();
        Assert.That(files, Has.Count.EqualTo(1));
        var source = File.ReadAllText(files[0]);

        Assert.That(source, Does.Match($@"\bsealed record {request.Name}\b"));
        Assert.That(source, Does.Match($@"\bsealed (partial )?class {request.Name}Validator\b"));
        Assert.That(source, Does.Match($@"\bsealed (partial )?class {request.Name}Handler\b"));
        Assert.That(
            Path.GetFileName(Path.GetDirectoryName(files[0])), Is.EqualTo(request.Namespace!.Split('.')[^1]),
            "its folder");
    }

    [TestCaseSource(nameof(Requests))]
    public void A_request_has_a_validator_and_a_handler_of_its_name(Type request)
    {
        Assert.That(Validators.Select(type => type.FullName), Has.One.EqualTo($"{request.FullName}Validator"));
        Assert.That(Handlers.Select(type => type.FullName), Has.One.EqualTo($"{request.FullName}Handler"));
    }

    [TestCaseSource(nameof(Handlers))]
    public void A_handler_sends_no_further_requests(Type handler) => Assert.That(
        handler.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType),
        Has.None.EqualTo(typeof(IMediator)).And.None.EqualTo(typeof(ServiceFactory)).And.None.EqualTo(
            typeof(IServiceProvider)));

    [TestCaseSource(nameof(Validators))]
    public void A_validator_looks_at_shape_only(Type validator) => Assert.That(
        validator.GetConstructors().SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType)
            .Where(type => type.IsInterface),
        Is.Empty, "it has no dependency to call");

    [Test]
    public void No_file_of_a_use_case_is_too_long()
    {
        var tooLong = Requests
            .Select(request => Layers.Sources.First(path => Path.GetFileName(path) == $"{request.Name}.cs"))
            .Where(path => File.ReadLines(path).Count() > 150)
            .Select(Layers.Relative);

        Assert.That(tooLong, Is.Empty);
    }

    private static IEnumerable<Type> ImplementationsOf(Type definition) => Layers.Application.GetTypes().Where(type =>
        type is { IsClass: true, IsAbstract: false }
        && type.GetInterfaces()
            .Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == definition));
}
