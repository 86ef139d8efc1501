using System.Globalization;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Running;

/// <summary>
/// Takes down how loaded the machine is: what a call may take is said for a machine that has time, and is as many times
/// longer on one that has less. Where the system does not tell, nothing is taken down.
/// </summary>
internal sealed class LoadMeter(Recorder recorder)
{
    // Its fourth field is the number of threads that want to run, a slash, and that of all threads.
    private const string Source = "/proc/loadavg";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Measures until it is told to stop.</summary>
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

    /// <summary>Reads what the system tells.</summary>
    public static double PerProcessor(string told) =>
        double.Parse(told.Split(' ')[3].Split('/')[0], CultureInfo.InvariantCulture) / Environment.ProcessorCount;
}
