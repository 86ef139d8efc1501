using System.Reflection;

namespace Kv.Architecture.Tests;

/// <summary>
/// The public types of the domain and of the contracts, and the ports, are documented.
/// </summary>
internal sealed class DocumentationTests
{
    private static readonly Type[] PublicTypes = [.. Layers.All.SelectMany(assembly => assembly.GetExportedTypes())];

    private static readonly Type[] Ports =
    [
        .. Layers.Domain.GetExportedTypes().Where(type => type.IsInterface),
        Layers.Infrastructure.GetType("Kv.Infrastructure.Storage.IStore", throwOnError: true)!,
    ];

    [TestCaseSource(nameof(PublicTypes))]
    public void A_public_type_has_a_summary(Type type) => Assert.That(
        Layers.DocumentedMembers(type.Assembly), Does.Contain($"T:{type.FullName!.Replace('+', '.')}"));

    [TestCaseSource(nameof(Ports))]
    public void Every_method_of_a_port_has_a_summary(Type port)
    {
        var documented = Layers.DocumentedMembers(port.Assembly);

        Assert.That(
            port.GetMethods().Where(method => !method.IsSpecialName).Select(method => method.Name)
                .Where(
                    name => !documented.Any(
                        member => member.StartsWith($"M:{port.FullName}.{name}", StringComparison.Ordinal))),
            Is.Empty);
    }

    [Test]
    public void Every_public_property_of_the_domain_has_a_summary()
    {
        var documented = Layers.DocumentedMembers(Layers.Domain);
        // A record's positional properties are documented by its parameters.
        var undocumented =
            from type in Layers.Domain.GetExportedTypes()
            let positional = type.GetConstructors().SelectMany(constructor => constructor.GetParameters())
                .Select(parameter => parameter.Name)
            from property in type.GetProperties(
                BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !documented.Contains($"P:{type.FullName}.{property.Name}") && !positional.Contains(property.Name)
            select $"{type.Name}.{property.Name}";

        Assert.That(undocumented, Is.Empty);
    }
}
