using System.Reflection;
using NetArchTest.Rules;

namespace Kv.Architecture.Tests;

/// <summary>Folders of one project depend downward only, so there is no circle among them.</summary>
internal sealed class FolderOrderTests
{
    // From the lowest up: a folder may use those before it. The project's own folder composes the others, except in the
    // domain, where the others use it.
    private static readonly (Assembly Project, string[] Folders)[] Orders =
    [
        (Layers.Domain,
        [
            "", "Tenants", "Storage", "Idempotency", "KeyValues", "Quotas", "Transactions", "Audit", "Access",
            "Watching",
            "Webhooks", "Deliveries", "Overview",
        ]),
        (Layers.Application,
        [
            "Tenants", "Pipeline", "Idempotency",
            "KeyValues", "Transactions", "Transfers", "Watching", "Quotas", "Webhooks", "Deliveries", "Access",
            "Audit", "Overview",
            "",
        ]),
        (Layers.Infrastructure,
        [
            "Diagnostics", "Tls",
            "Storage", "Storage.Embedded", "Storage.Etcd",
            "Changes",
            "Idempotency", "Audit", "Access", "KeyValues", "Transactions", "Quotas", "Webhooks", "Watching",
            "Deliveries.Targets", "Deliveries", "Deliveries.Calls",
            "Dispatching", "Dispatching.Lanes", "Dispatching.Leading",
            "",
        ]),
        (Layers.Api,
        [
            "Tls", "Gateway", "Health", "Telemetry",
            "Http", "Tenants", "Errors", "OpenApi.Attributes", "Json", "Answers", "Idempotency",
            "Access", "RateLimits", "Middleware",
            "KeyValues.Contracts", "KeyValues.Bodies", "KeyValues", "Transactions", "Transfers", "Watching", "Quotas",
            "Audit", "Webhooks", "Deliveries", "Access.ApiKeys", "Overview",
            "OpenApi",
            "Configuration", "Hosting", "WebConsole", "CommandLine",
            "",
        ]),
    ];

    private static IEnumerable<TestCaseData> Folders =>
        from order in Orders
        from place in Enumerable.Range(0, order.Folders.Length - 1)
        select new TestCaseData(order.Project, order.Folders[place], order.Folders[(place + 1)..])
            .SetArgDisplayNames(Namespace(order.Project, order.Folders[place]));

    private static IEnumerable<Assembly> Projects => Orders.Select(order => order.Project);

    [TestCaseSource(nameof(Folders))]
    public void A_folder_uses_no_folder_above_it(Assembly project, string folder, string[] above)
    {
        var forbidden = above.SelectMany(other => NamesIn(project, other)).ToArray();

        Assert.That(
            Types.InAssembly(project).That()
                .ResideInNamespaceMatching($"^{Namespace(project, folder).Replace(".", "\\.")}$")
                .ShouldNot().HaveDependencyOnAny(forbidden)
                .GetResult().FailingTypeNames ?? [],
            Is.Empty);
    }

    // The compiler copies constants, so that an assembly does not show where they come from. Usings do.
    [TestCaseSource(nameof(Projects))]
    public void A_file_imports_no_folder_above_its_own(Assembly project)
    {
        var order = Orders.Single(order => order.Project == project).Folders
            .Select(folder => Namespace(project, folder)).ToList();
        var upward =
            from path in Layers.SourcesOf(Path.Combine("src", project.GetName().Name!))
            let lines = File.ReadAllLines(path)
            let own = Array.Find(lines, line => line.StartsWith("namespace ", StringComparison.Ordinal))
            where own is not null
            from line in lines
            where line.StartsWith("using ", StringComparison.Ordinal)
            where order.IndexOf(line["using ".Length..^1]) > order.IndexOf(own["namespace ".Length..^1])
            select $"{Layers.Relative(path)}: {line}";

        Assert.That(upward, Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Every_folder_has_its_place_in_the_order(Assembly project) => Assert.That(
        Orders.Single(order => order.Project == project).Folders.Select(folder => Namespace(project, folder)),
        Is.EquivalentTo(Own(project).Select(type => type.Namespace).Distinct()));

    [Test]
    public void The_search_finds_the_folders_that_a_folder_uses() => Assert.That(
        Types.InAssembly(Layers.Infrastructure).That().ResideInNamespaceMatching("^Kv\\.Infrastructure\\.Changes$")
            .And().HaveDependencyOnAny([.. NamesIn(Layers.Infrastructure, "Storage")]).GetTypes(),
        Is.Not.Empty);

    private static IEnumerable<string> NamesIn(Assembly project, string folder) =>
        Own(project).Where(type => type.Namespace == Namespace(project, folder)).Select(type => type.FullName!);

    // Without the types that the compiler generates.
    private static IEnumerable<Type> Own(Assembly project) => project.GetTypes().Where(type =>
        !type.IsNested && (type.Namespace + ".").StartsWith(project.GetName().Name + ".", StringComparison.Ordinal));

    private static string Namespace(Assembly project, string folder) =>
        folder.Length == 0 ? project.GetName().Name! : $"{project.GetName().Name}.{folder}";
}
