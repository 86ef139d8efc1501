using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Documents;

/// <summary>
/// The commands of docs/api.md, run unchanged: comments after each command hold its output, in which <c>...</c> stands
/// for any text.
/// </summary>
internal sealed partial class ApiTourTests
{
    private const string Mark = "@@@";

    [TestCase(Engine.Embedded)]
    [TestCase(Engine.Etcd)]
    [CancelAfter(120_000)]
    public async Task Every_command_prints_the_documented_output(Engine engine, CancellationToken cancellationToken)
    {
        await using var host = await KvHost.Start(engine, ("QUOTA_KEYS", "1000"));
        var steps = Steps(await File.ReadAllTextAsync(Document(), cancellationToken));
        Assert.That(steps, Has.Count.GreaterThan(20));

        var printed = await Run(steps, host.Address, cancellationToken);

        using (Assert.EnterMultipleScope())
            foreach (var (step, output) in steps.Zip(printed))
                if (step.Expected.Count > 0)
                    Assert.That(output, Does.Match(Pattern(step.Expected)), step.Command);
    }

    private static string Document()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Kv.sln")))
            folder = folder.Parent;
        return Path.Combine(folder.FullName, "docs", "api.md");
    }

    private static List<(string Command, List<string> Expected)> Steps(string document)
    {
        var steps = new List<(string Command, List<string> Expected)>();
        foreach (Match block in Blocks().Matches(document))
        {
            var (command, expected) = (new StringBuilder(), new List<string>());
            foreach (var line in block.Groups[1].Value.Split('\n').Append(""))
            {
                // A comment before a command is about the command; a comment behind it is its output.
                if (line.StartsWith("# ", StringComparison.Ordinal) && command.Length > 0)
                    expected.Add(line[2..]);
                else if (line.Length == 0 && (expected.Count > 0 || command.Length > 0))
                {
                    steps.Add((command.ToString(), expected));
                    (command, expected) = (new StringBuilder(), []);
                }
                else if (line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
                    command.Append(line).Append('\n');
            }
        }
        return steps;
    }

    private static async Task<string[]> Run(
        List<(string Command, List<string> Expected)> steps, Uri address, CancellationToken cancellationToken)
    {
        var script = new StringBuilder("set -uo pipefail\n");
        foreach (var (command, _) in steps)
            script.Append(command).Append(CultureInfo.InvariantCulture, $"printf '\\n{Mark}\\n'\n");
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["KV"] = address.ToString().TrimEnd('/');
        start.Environment["NO_PROXY"] = "*";
        using var bash = Process.Start(start)!;
        await bash.StandardInput.WriteAsync(script, cancellationToken);
        bash.StandardInput.Close();
        var output = await bash.StandardOutput.ReadToEndAsync(cancellationToken);
        await bash.WaitForExitAsync(cancellationToken);
        return [.. output.Split($"\n{Mark}\n").Select(part => part.Trim())];
    }

    private static string Pattern(List<string> expected) =>
        $"^{Regex.Escape(string.Join('\n', expected)).Replace(@"\.\.\.", ".*", StringComparison.Ordinal)}$";

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
