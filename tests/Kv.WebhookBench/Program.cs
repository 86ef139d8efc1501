using System.Globalization;
using Kv.WebhookBench;

// Measures Kv's webhooks, as scripts/bench.sh starts it: args[0] is Kv's address, args[1] etcd's, if its store is
// etcd, and args[2] how many seconds each measurement takes. It prints a report, with the targets of the design.
const int EventsPerSecond = 100;
const int Many = 50;
const int CostEvents = 200;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var etcd = args[1].Length > 0 ? new Uri(args[1]) : null;
var duration = TimeSpan.FromSeconds(int.Parse(args[2], CultureInfo.InvariantCulture));
await using var receiver = await Receiver.Start();
using var servers = new Servers(new Uri(args[0]), etcd);
var measurements = new Measurements(servers, receiver);
var webhooks = new List<string> { await servers.Register(receiver.Uri) };

// Warm up: a program that is still compiling itself would measure the compiler.
await measurements.Rate(webhooks.Count, ahead: 512, duration);
var latency = await measurements.Latency(EventsPerSecond, duration * 2);
var one = await measurements.Rate(webhooks.Count, ahead: 512, duration);
while (webhooks.Count < Many)
    webhooks.Add(await servers.Register(receiver.Uri));
var many = await measurements.Rate(webhooks.Count, ahead: 40, duration);

Console.WriteLine($"Webhooks, {latency.Count} events at {EventsPerSecond} a second:");
Report(
    "from the write's acknowledgement to the call's arrival (0 where it came first)",
    latency.Select(event_ => event_.FromCommit));
var sent = Report("from the write's sending to the call's arrival", latency.Select(event_ => event_.FromSent));
Console.WriteLine(
    $"Calls a second, sustained: {one:F0} with 1 webhook, {many:F0} with {Many} (each event goes to all of them).");
Target("p50 from sending to arrival", sent, "ms", isReached: sent <= 10, "<= 10 ms");
Target("calls with 1 webhook", one, "a second", isReached: one >= 3000, ">= 3000");
Target($"calls with {Many} webhooks", many, "a second", isReached: many >= 3000, ">= 3000");
if (servers.HasEtcd)
{
    var cost = await measurements.Cost(webhooks.Count, CostEvents);
    var beside = cost.Proposals - cost.Writes - cost.CursorSaves;
    Console.WriteLine(
        $"etcd committed {cost.Proposals} proposals for {cost.Writes} writes and {cost.Calls} calls; "
            + $"{cost.CursorSaves} saved the cursor.");
    Target("etcd's writes for calls that were accepted at once", beside, "", isReached: beside == 0, "0");
}
foreach (var webhook in webhooks)
    await servers.Unregister(webhook);

static double Report(string what, IEnumerable<double> milliseconds)
{
    var sorted = milliseconds.Order().ToArray();
    var p50 = sorted[sorted.Length / 2];
    Console.WriteLine($"  {what}: p50 {p50:F2} ms, p99 {sorted[sorted.Length * 99 / 100]:F2} ms");
    return p50;
}

static void Target(string what, double value, string unit, bool isReached, string wanted) =>
    Console.WriteLine($"{(isReached ? "reached" : "MISSED")}: {what}: {value:F1} {unit}, target {wanted}");
