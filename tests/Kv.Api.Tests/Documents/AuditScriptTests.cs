using System.Text.Json.Nodes;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary><c>scripts/audit.sh</c>, over a solution of one project and a package source of this test.</summary>
internal sealed class AuditScriptTests
{
    private const string Advisory = "https://github.com/advisories/GHSA-test-test-test";

    // The advisory that Directory.Build.props excuses.
    private const string Excused = "https://github.com/advisories/GHSA-rvv3-g6hj-g44x";

    [TestCase("sample.outer")]
    [TestCase("sample.inner")]
    public async Task A_vulnerable_package_at_any_depth_fails_the_script(string package)
    {
        var (exitCode, output) = await Audit(PackageSource.Known(package, "[1.0.0, 2.0.0)", Advisory));

        Assert.That(exitCode, Is.Not.Zero, output);
        Assert.That(output, Does.Contain("NU1903").And.Contain(Advisory).And.Contain(package).IgnoreCase);
        Assert.That(output, Does.Not.Contain("no package has"));
    }

    [TestCase("sample.inner", "[2.0.0, 3.0.0)", Advisory)]
    [TestCase("sample.other", "[1.0.0, 2.0.0)", Advisory)]
    [TestCase("sample.inner", "[1.0.0, 2.0.0)", Excused)]
    public async Task The_script_passes_without_vulnerable_packages_and_with_excused_ones(
        string package, string versions, string advisory)
    {
        var (exitCode, output) = await Audit(PackageSource.Known(package, versions, advisory));

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("audit: no package has a known vulnerability."));
    }

    [Test]
    public async Task A_source_without_vulnerability_data_is_named()
    {
        var (exitCode, output) = await Audit(null);

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("tells of no vulnerabilities").And.Contain("audit: nothing was audited."));
    }

    private static async Task<(int ExitCode, string Output)> Audit(JsonObject? vulnerable)
    {
        await using var source = new PackageSource(vulnerable);
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.File("scripts"));
        foreach (var file in new[] { "scripts/audit.sh", "scripts/lib.sh", "Directory.Build.props" })
            File.Copy(Path.Combine(ExampleProcess.Root(), file), directory.File(file));
        Write("NuGet.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="test" value="{source.Index}" allowInsecureConnections="true" />
              </packageSources>
              <auditSources>
                <clear />
              </auditSources>
            </configuration>
            """);
        Write("Sample.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <PackageReference Include="Sample.Outer" Version="1.0.0" />
              </ItemGroup>
            </Project>
            """);
        Write("Kv.sln", """
            Microsoft Visual Studio Solution File, Format Version 12.00
            Project("{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}") = "Sample", "Sample.csproj", "{6E0C5D5B-7D5B-4A58-9C0C-0B6B6E0C5D5B}"
            EndProject
            Global
              GlobalSection(SolutionConfigurationPlatforms) = preSolution
                Debug|Any CPU = Debug|Any CPU
              EndGlobalSection
              GlobalSection(ProjectConfigurationPlatforms) = postSolution
                {6E0C5D5B-7D5B-4A58-9C0C-0B6B6E0C5D5B}.Debug|Any CPU.ActiveCfg = Debug|Any CPU
                {6E0C5D5B-7D5B-4A58-9C0C-0B6B6E0C5D5B}.Debug|Any CPU.Build.0 = Debug|Any CPU
              EndGlobalSection
            EndGlobal
            """);
        // The fetched packages stay there too.
        const string script = """NUGET_PACKAGES="$0/packages" NUGET_HTTP_CACHE_PATH="$0/http" exec bash "$0/scripts/audit.sh" """;
        await using var audit = ExampleProcess.Start("bash", "-c", script, directory.Path);
        return (await audit.Ended(), audit.Output);

        void Write(string name, string text) => File.WriteAllText(directory.File(name), text);
    }
}
