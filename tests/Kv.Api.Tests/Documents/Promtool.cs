using System.Diagnostics;
using Kv.Testing;

namespace Kv.Api.Tests.Documents;

/// <summary>Prometheus' own tool.</summary>
internal static class Promtool
{
    private static readonly RequiredProgram Program = new(
        "KV_PROMTOOL", ["promtool"],
        "This test needs promtool, and none was found. Install it (Debian and Ubuntu: apt-get install prometheus), "
            + "or name the binary in the "
        + "environment variable KV_PROMTOOL.");

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Runs promtool in a folder. Without promtool the current test is skipped, or fails where CI=true.
    /// </summary>
    /// <returns>Its exit code and all that it printed.</returns>
    public static async Task<(int ExitCode, string Output)> Run(string folder, string input, params string[] arguments)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Program.Check(), arguments)
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
}
