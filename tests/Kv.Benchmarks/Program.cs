using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Kv.Benchmarks.Allocations;
using Kv.Benchmarks.Bare;
using Kv.Benchmarks.Growth;
using Kv.Benchmarks.Outages;
using Kv.Benchmarks.Soak;

// dotnet run -c Release --project tests/Kv.Benchmarks -- allocations FILE [--update]   (scripts/check-allocations.sh)
// dotnet run -c Release --project tests/Kv.Benchmarks -- growth PARTS BUILD...        (scripts/growth.sh)
// dotnet run -c Release --project tests/Kv.Benchmarks -- soak BUILD [--minutes N ...] (scripts/soak.sh)
// dotnet run -c Release --project tests/Kv.Benchmarks -- outages BUILD [WORD...]      (scripts/outages.sh)
// dotnet run -c Release --project tests/Kv.Benchmarks -- bare kestrel|mvc|"etcd URL" (on PORT; scripts/bench.sh with
// BOUND=1) dotnet run -c Release --project tests/Kv.Benchmarks -- --filter '*Pipeline*' (BenchmarkDotNet)
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["allocations", var file, .. var options]:
        return await AllocationGate.Run(file, update: options is ["--update"]);
    case ["growth", var parts, .. var builds]:
        await GrowthReport.Run(parts.Split(' ', StringSplitOptions.RemoveEmptyEntries), builds);
        return 0;
    case ["soak", var build, .. var options]:
        return await SoakRun.Run(build, SoakOptions.Parse(options));
    case ["outages", var build, .. var words]:
        await OutageReport.Run(build, words);
        return 0;
    case [BareServer.Verb, ("kestrel" or "mvc") and var what]:
        await BareServer.Run(withMvc: what == "mvc");
        return 0;
    case [BareServer.Verb, "etcd", var endpoint]:
        await BareServer.Run(withMvc: true, new Uri(endpoint));
        return 0;
    default:
        // In this process: another one would be built first, each time.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
        BenchmarkSwitcher.FromAssembly(typeof(AllocationGate).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
        return 0;
}
