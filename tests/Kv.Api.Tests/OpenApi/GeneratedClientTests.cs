using System.Diagnostics;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.OpenApi;

/// <summary>The clients that generators make of docs/openapi.json compile and work.</summary>
[Category(Categories.Long)]
internal sealed class GeneratedClientTests
{
    // The project has another file name here, as it is not part of the solution.
    private const string Project = "client.project.xml";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private KvHost _host = null!;
    private TemporaryDirectory _work = null!;

    [SetUp]
    public async Task Start()
    {
        _host = await SharedHosts.Get(Engine.Embedded);
        _work = new TemporaryDirectory();
    }

    [TearDown]
    public void Stop() => _work.Dispose();

    [Test]
    public async Task NSwags_client_works()
    {
        var nswag = Tool("nswag");
        Take("nswag.cs", Project);

        await Run(
            nswag, "openapi2csclient", $"/input:{Document()}", $"/output:{_work.File("Client.cs")}",
            "/namespace:Generated",
            "/classname:KvClient", "/JsonLibrary:SystemTextJson", "/GenerateOptionalParameters:true",
            "/GenerateNullableReferenceTypes:true");
        await RunDotNet("nswag");
    }

    [Test]
    public async Task Kiotas_client_works()
    {
        var kiota = Tool("kiota");
        Take("kiota.cs", Project);

        await Run(
            kiota, "generate", "-l", "CSharp", "-d", Document(), "-o", _work.File("Generated"), "-n", "Generated", "-c",
            "KvClient",
            "--ll", "Error");
        await RunDotNet("kiota");
    }

    [Test]
    public async Task The_types_of_openapi_typescript_fit()
    {
        var generator = Tool(Path.Combine("node_modules", ".bin", "openapi-typescript"));
        Take("typescript.mts", "tsconfig.json");
        var modules = Path.GetDirectoryName(Path.GetDirectoryName(generator))!;
        Directory.CreateSymbolicLink(_work.File("node_modules"), modules);

        await Run(generator, Document(), "-o", _work.File("kv.d.ts"));
        await Run(Path.Combine(modules, ".bin", "tsc"), "-p", _work.Path);
        await Run("node", _work.File(Path.Combine("out", "typescript.mjs")), _host.Address.ToString().TrimEnd('/'));
    }

    private static string Document() => Path.Combine(AppContext.BaseDirectory, "openapi.json");

    // In CI scripts/get-generators.sh brings them.
    private static string Tool(string name)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("KV_GENERATORS") ?? "", name);
        if (File.Exists(path))
            return Path.GetFullPath(path);
        var message = $"This test needs {name}. scripts/get-generators.sh brings it; KV_GENERATORS names the folder.";
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(message);
        Assert.Ignore(message);
        return path;
    }

    private void Take(params string[] files)
    {
        foreach (var file in files)
            File.Copy(
                Path.Combine(AppContext.BaseDirectory, "OpenApi", "Clients", file),
                _work.File(file == Project ? "client.csproj" : file));
    }

    private Task RunDotNet(string generator) => Run(
        "dotnet", "run", "--project", _work.File("client.csproj"), $"--property:Generator={generator}", "--",
        _host.Address.ToString());

    private async Task Run(string program, params string[] arguments)
    {
        using var patience = new CancellationTokenSource(Patience);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _work.Path,
        };
        // A tool runs on the installed runtime, and no process of a build stays behind.
        start.Environment["DOTNET_ROLL_FORWARD"] = "Major";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["NO_PROXY"] = "127.0.0.1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.That(process.ExitCode, Is.Zero, $"{program}:\n{await output}\n{await error}");
    }
}
