using System.Diagnostics;
using Kv.Attacker;

namespace Kv.Api.Tests.Abuse;

/// <summary>
/// The attackers, in a process of the lowest priority. Real attackers are on other machines and take no processor from
/// Kv and its neighbours: these use the remaining processor time.
/// </summary>
internal sealed class AttackerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AttackerProcess(Process process) => _process = process;

    /// <summary>Starts an attack.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="target">The Kv that is attacked.</param>
    /// <param name="outcome">Counts the answers.</param>
    public static AttackerProcess Start(Attack attack, AbuseTarget target, Outcome outcome)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Kv.Attacker.dll");
        string[] command =
            ["nice", "-n", "19", "dotnet", program, attack.Name, $"{target.Address}", $"{target.Http2}"];
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } answer)
                outcome.Answered(answer);
        };
        process.Start();
        process.BeginOutputReadLine();
        return new AttackerProcess(process);
    }

    /// <summary>Ends the attack. Afterwards every answer is counted.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        var exitCode = _process.ExitCode;
        _process.Dispose();
        Assert.That(exitCode, Is.Zero, "exit code of the attackers");
    }
}
