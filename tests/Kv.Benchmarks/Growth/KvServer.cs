using System.Diagnostics;
using System.Globalization;
using Kv.Testing;

namespace Kv.Benchmarks.Growth;

/// <summary>Kv as it was published, as its own process on a free port of 127.0.0.1.</summary>
internal sealed class KvServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private KvServer(Process process, Uri address, TimeSpan startup) =>
        (_process, Address, Startup, Http) = (process, address, startup, NewClient(address));

    public Uri Address { get; }

    /// <summary>How long it took from the process's start to the first answer.</summary>
    public TimeSpan Startup { get; }

    public HttpClient Http { get; }

    /// <summary>The resident memory that it has at the moment, in bytes.</summary>
    public long Memory => MemoryOf(_process.Id);

    /// <summary>The part that is heap and stacks; the rest is programs, files and compiled code.</summary>
    public long AnonymousMemory => MemoryOf(_process.Id, "RssAnon");

    public int ProcessId => _process.Id;

    /// <summary>Starts it, and waits until it answers at a path.</summary>
    public static Task<KvServer> Start(
        string directory, string awaited, params IEnumerable<(string Name, string Value)> settings) =>
        Start(directory, awaited, _ => { }, settings);

    /// <summary>Starts it, and waits until it answers at a path.</summary>
    /// <param name="directory">Where it was published to.</param>
    /// <param name="awaited">The path.</param>
    /// <param name="log">Takes each line of its log.</param>
    /// <param name="settings">Environment variables.</param>
    public static async Task<KvServer> Start(
        string directory, string awaited, Action<string> log, IEnumerable<(string Name, string Value)> settings)
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList = { "Kv.Api.dll" },
            Environment =
            {
                ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["LISTEN_ADDRESS"] = "127.0.0.1",
                ["SHUTDOWN_DRAIN_SECONDS"] = "0",
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var address = new Uri($"http://127.0.0.1:{port}");
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
        process.OutputDataReceived += (_, line) => log(line.Data ?? "");
        process.BeginOutputReadLine();
        using (var http = NewClient(address))
            while (!await Answers(http, awaited))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
                    throw new InvalidOperationException("Kv does not start.");
                await Task.Delay(2);
            }
        return new KvServer(process, address, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>The resident memory of a process, in bytes, as Linux reports it.</summary>
    public static long MemoryOf(int processId, string which = "VmRSS")
    {
        var line = File.ReadLines($"/proc/{processId}/status")
            .First(one => one.StartsWith($"{which}:", StringComparison.Ordinal));
        return 1024 * long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public Task Kill()
    {
        _process.Kill();
        return _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        // It releases the leadership, so that the next replica need not wait for it.
        if (!_process.HasExited)
            Signals.Terminate(_process.Id);
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private static HttpClient NewClient(Uri address) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Patience };

    private static async Task<bool> Answers(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, and was disposed of.
        }
    }
}
