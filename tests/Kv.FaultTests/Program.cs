using System.Runtime.InteropServices;
using Kv.FaultTests.Checkers;
using Kv.FaultTests.History;
using Kv.FaultTests.Running;

// Ctrl-C ends the servers, too, as the end of the process does.
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(130));

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}
if (args is not ["judge", var path])
    return await RunCommand.Run(args);
var violations = Judge.Violations(await HistoryFile.Load(path));
foreach (var violation in violations)
    Console.WriteLine($"{violation.Checker}: {violation.Text}");
return violations.Count == 0 ? 0 : 1;
