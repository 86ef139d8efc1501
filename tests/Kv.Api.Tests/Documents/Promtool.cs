using System.Diagnostics;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// Prometheus' own tool, where it is: KV_PROMTOOL, or the promtool in PATH (Debian and Ubuntu: apt-get install prometheus). Elsewhere, CI
/// included, the tests that use it are skipped: they hold documents that change rarely, and it comes with a server that nothing else needs.
/// </summary>
internal static class Promtool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs it in a folder.</summary>
    /// <returns>Its exit code and all that it printed.</returns>
    public static async Task<(int ExitCode, string Output)> Run(string folder, string input, params string[] arguments)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Find(), arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            },
        };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
        process.StandardInput.Close();
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await error);
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("KV_PROMTOOL") is { Length: > 0 } named)
            return named;
        var installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? "promtool.exe" : "promtool"))
            .FirstOrDefault(File.Exists);
        if (installed is null)
            Assert.Ignore("This test needs promtool, which is not installed.");
        return installed!;
    }
}
