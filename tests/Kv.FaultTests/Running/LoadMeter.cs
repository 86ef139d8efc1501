using System.Globalization;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Running;

/// <summary>
/// Records the load of the machine: the time limit of a call holds on an idle machine, and grows with the load. On a
/// system that does not report its load, nothing is recorded.
/// </summary>
internal sealed class LoadMeter(Recorder recorder)
{
    // Its fourth field is the number of threads that want to run, a slash, and that of all threads.
    private const string Source = "/proc/loadavg";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Measures until it is cancelled.</summary>
    public async Task Run(CancellationToken stop)
    {
        if (!File.Exists(Source))
            return;
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                recorder.Add(new MachineLoad(recorder.Now, PerProcessor(await File.ReadAllTextAsync(Source, stop))));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>Reads the load that the system reports.</summary>
    public static double PerProcessor(string text) =>
        double.Parse(text.Split(' ')[3].Split('/')[0], CultureInfo.InvariantCulture) / Environment.ProcessorCount;
}
