using System.Diagnostics;
using System.Text;

namespace Kv.Api.Tests.Documents;

/// <summary>A program of the documents, run by its documented command.</summary>
internal sealed class ExampleProcess : IAsyncDisposable
{
    private static readonly string[] Kept =
        ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT", "LD_LIBRARY_PATH", "PYENV_ROOT", "NUGET_PACKAGES"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ExampleProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
    }

    /// <summary>All that it printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>
    /// Runs a command in the repository's root. Where its runtime is not installed, the test is skipped, or fails where
    /// CI=true.
    /// </summary>
    public static ExampleProcess Start(string runtime, params string[] arguments) =>
        Start(runtime, arguments, kv: null);

    /// <inheritdoc cref="Start(string, string[])"/>
    /// <param name="runtime">The command.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="kv">The value of the variable KV; null for no variable.</param>
    public static ExampleProcess Start(string runtime, string[] arguments, Uri? kv)
    {
        if (!IsInstalled(runtime))
        {
            var message = $"This test runs {string.Join(' ', arguments[..1])} with {runtime}, which is not installed.";
            if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
                Assert.Fail(message);
            Assert.Ignore(message);
        }
        var start = new ProcessStartInfo(runtime, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root(),
        };
        // The test runner's own variables would change the way dotnet builds.
        foreach (var name in start.Environment.Keys.Except(Kept).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // No process of the build stays behind.
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        if (kv is not null)
            start.Environment["KV"] = kv.GetLeftPart(UriPartial.Authority);
        var example = new ExampleProcess(start);
        example._process.Start();
        example._process.BeginOutputReadLine();
        example._process.BeginErrorReadLine();
        return example;
    }

    /// <summary>The repository's root.</summary>
    public static string Root()
    {
        for (var directory = new DirectoryInfo(
            AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Kv.sln")))
                return directory.FullName;
        throw new InvalidOperationException("The tests must run from within the repository: they run its documents.");
    }

    /// <summary>The exit code, when it has ended.</summary>
    public async Task<int> Ended()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, program)));

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }
}
