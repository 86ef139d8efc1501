using System.Collections;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>
/// The real program, as its own process, on a free port of 127.0.0.1. It inherits no variable that Kv or the framework
/// reads.
/// </summary>
internal sealed partial class KvProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] Kept =
        ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "DOTNET_ROOT", "LD_LIBRARY_PATH"];

    /// <summary>The setting for a store that answers: slowly, perhaps, on a busy machine.</summary>
    public static readonly (string Name, string Value) Patient = ("STORE_TIMEOUT_SECONDS", "30");

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<string> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _http;

    private KvProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Read(_error, line.Data);
    }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public string Error
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Whether it has said that it listens.</summary>
    public bool HasStarted => _started.Task.IsCompleted;

    /// <summary>Whether it has loaded a file, by Linux's account.</summary>
    public bool HasLoaded(string file)
    {
        try
        {
            return File.ReadLines($"/proc/{_process.Id}/maps")
                .Any(line => line.EndsWith($"/{file}", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }

    /// <summary>The most memory that it ever had, in bytes; null where the system does not tell.</summary>
    public long? PeakMemory() => Memory("VmHWM:");

    /// <summary>The memory that it has now, in bytes; null where the system does not tell.</summary>
    public long? Memory() => Memory("VmRSS:");

    /// <summary>The line that says that Kv has started.</summary>
    public async Task<string> Started()
    {
        var first = await Task.WhenAny(_started.Task, _process.WaitForExitAsync()).WaitAsync(Patience);
        Assert.That(first, Is.SameAs(_started.Task), () => $"Kv ended:\n{Output}\n{Error}");
        return await _started.Task;
    }

    /// <summary>The address on which it listens, from its log.</summary>
    public async Task<Uri> Address() => new(ListeningOn().Match(await Started()).Groups[1].Value);

    /// <summary>A client of one tenant.</summary>
    public async Task<KvClient> Client(string space = "process", string app = "tests") => new(await Http(), space, app);

    public async Task<HttpClient> Http() =>
        _http ??= new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = await Address() };

    public static KvProcess Start(params (string Name, string Value)[] settings) => Start([], settings);

    public static KvProcess Start(string[] arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            // Relative paths (DATA_DIR has one by default) lead nowhere that matters.
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(Path.ChangeExtension(typeof(KvApplication).Assembly.Location, ".dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (!Kept.Contains((string)variable.Key))
                start.Environment.Remove((string)variable.Key);
        (string, string)[] standard =
        [
            ("PORT", "0"), ("LISTEN_ADDRESS", "127.0.0.1"), ("SHUTDOWN_DRAIN_SECONDS", "0"), ("LOG_FORMAT", "text"),
            settings.Contains(("STORE", "embedded")) ? Patient : ("STORE_TIMEOUT_SECONDS", "10"),
        ];
        foreach (var (name, value) in standard.Concat(settings))
            start.Environment[name] = value;

        var kv = new KvProcess(start);
        kv._process.Start();
        kv._process.BeginOutputReadLine();
        kv._process.BeginErrorReadLine();
        return kv;
    }

    /// <summary>Starts Kv and waits for its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> Run(
        string[] arguments, params (string Name, string Value)[] settings)
    {
        await using var kv = Start(arguments, [Patient, .. settings]);
        var exitCode = await kv.Ended();
        return (exitCode, kv.Output, kv.Error);
    }

    /// <summary>
    /// Runs the health verb until it reports that Kv is alive, and returns the output of that run. The verb gives up
    /// after 3 s, which a busy machine can need for one request; a container's runtime repeats it as well.
    /// </summary>
    public static async Task<string> Healthy(params (string Name, string Value)[] settings)
    {
        var output = "";
        await Eventually.Holds(
            async () =>
            {
                (var exitCode, output, var error) = await Run(["health"], settings);
                return exitCode == 0 ? true : throw new InvalidOperationException(error);
            },
            "the health verb reports that Kv is alive");
        return output;
    }

    /// <summary>The exit code, when it has ended.</summary>
    public async Task<int> Ended()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end (SIGTERM), as an orchestrator does.</summary>
    public Task<int> Terminate()
    {
        Signals.Terminate(_process.Id);
        return Ended();
    }

    /// <summary>Sends it SIGINT, as Ctrl-C does, or SIGTERM; it may have ended already.</summary>
    public void Signal(bool isCtrlC)
    {
        if (_process.HasExited)
            return;
        if (isCtrlC)
            Signals.Interrupt(_process.Id);
        else
            Signals.Terminate(_process.Id);
    }

    /// <summary>Stops it where it is (SIGSTOP): its connections stay open, and nothing answers.</summary>
    public void Pause() => Signals.Pause(_process.Id);

    /// <summary>Resumes the paused process.</summary>
    public void Resume() => Signals.Resume(_process.Id);

    /// <summary>Ends it at once (SIGKILL).</summary>
    public Task<int> Kill()
    {
        _process.Kill();
        return Ended();
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }

    private long? Memory(string field)
    {
        var status = $"/proc/{_process.Id}/status";
        if (
            !File.Exists(status) || File.ReadLines(status)
                .FirstOrDefault(one => one.StartsWith(field, StringComparison.Ordinal)) is not { } line)
            return null;
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null);
    }

    private void Read(StringBuilder into, string? line)
    {
        if (line is null)
            return;
        lock (into)
            into.AppendLine(line);
        if (ListeningOn().IsMatch(line))
            _started.TrySetResult(line);
    }

    [GeneratedRegex(@"Kv \S+ listens on (\S+)")]
    private static partial Regex ListeningOn();
}
