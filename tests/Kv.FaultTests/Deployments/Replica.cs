using System.Collections;
using System.Diagnostics;
using System.Globalization;
using Kv.FaultTests.Running;
using Kv.Testing;

namespace Kv.FaultTests.Deployments;

/// <summary>
/// A Kv as its own process, on the same port of 127.0.0.1 for as long as the run lasts. Of this machine's environment
/// it sees nothing that Kv or the framework would read. Its log becomes a part of the history.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly string[] Kept =
        ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "DOTNET_ROOT", "LD_LIBRARY_PATH"];

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly IReadOnlyList<string> _command;
    private readonly ReplicaLog _log;
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    private ServerProcess? _process;

    /// <param name="name">Its name in the history.</param>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="environment">Kv's settings that are this replica's own.</param>
    /// <param name="recorder">Takes down its log.</param>
    /// <param name="launcher">The prefix of its command line; null for none.</param>
    public Replica(
        string name, RunSettings settings, IReadOnlyDictionary<string, string> environment, Recorder recorder,
        IReadOnlyList<string>? launcher = null)
    {
        Name = name;
        Port = FreePort.Next();
        _command =
            [.. launcher ?? [], "dotnet", settings.Server ?? Path.Combine(AppContext.BaseDirectory, "Kv.Api.dll")];
        Clock = KvSettings.HasFakeClock(settings) ? FakeClock.Find() : null;
        _settings = new[]
        {
            KvSettings.Of(settings), environment, Clock?.Environment ?? new Dictionary<string, string>(),
            settings.Environment,
        }
            .SelectMany(some => some)
            .Append(new("PORT", Port.ToString(CultureInfo.InvariantCulture)))
            .GroupBy(variable => variable.Key)
            .ToDictionary(same => same.Key, same => same.Last().Value);
        _log = new ReplicaLog(name, recorder);
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>Its wall clock, if it has one of its own.</summary>
    public FakeClock? Clock { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The process's id, while it runs.</summary>
    public int ProcessId => Process.Id;

    public bool IsRunning => _process is { HasExited: false };

    public bool IsPaused { get; private set; }

    /// <summary>Starts it, and does not wait until it is ready; ends it first if it runs.</summary>
    public void Launch()
    {
        _process?.Dispose();
        IsPaused = false;
        _process = ServerProcess.Start(_command[0], _command.Skip(1), SetEnvironment, _log.Read);
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    public async Task Start()
    {
        Launch();
        await WaitUntilReady();
    }

    /// <summary>Waits until the store answers it.</summary>
    public async Task WaitUntilReady()
    {
        var start = Stopwatch.GetTimestamp();
        while (await Readiness() is not { IsReady: true })
        {
            if (!IsRunning)
                throw new InvalidOperationException($"{Name} ended with {_process?.ExitCode}:\n{_process?.Log}");
            if (Stopwatch.GetElapsedTime(start) > StartTimeout)
                throw new InvalidOperationException($"{Name} was not ready within {StartTimeout}:\n{_process?.Log}");
            await Task.Delay(50);
        }
    }

    /// <summary>Its readiness; null when it does not answer.</summary>
    public async Task<Readiness?> Readiness()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(Address, "/readyz"));
            return Deployments.Readiness.Of(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public void Kill() => _process?.Kill();

    /// <summary>Asks it to end (SIGTERM), and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Terminate()
    {
        Signals.Terminate(Process.Id);
        await Process.Ended();
        return _process!.ExitCode;
    }

    /// <summary>Pauses it (SIGSTOP): its connections stay open, and it does not answer.</summary>
    public void Pause()
    {
        Signals.Pause(Process.Id);
        IsPaused = true;
    }

    /// <summary>Resumes it when it was paused.</summary>
    public void Resume()
    {
        Signals.Resume(Process.Id);
        IsPaused = false;
    }

    /// <summary>Starts a second process with the same settings, but for its port.</summary>
    public ServerProcess StartTwin() => ServerProcess.Start(
        _command[0], _command.Skip(1),
        environment =>
        {
            SetEnvironment(environment);
            environment["PORT"] = "0";
        });

    /// <summary>Starts or resumes it, after any fault.</summary>
    public void Heal()
    {
        Clock?.JumpBack();
        if (!IsRunning)
            Launch();
        else if (IsPaused)
            Resume();
    }

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _http.Dispose();
        Clock?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ServerProcess Process =>
        IsRunning ? _process! : throw new InvalidOperationException($"{Name} is not running.");

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (!Kept.Contains((string)variable.Key))
                environment.Remove((string)variable.Key);
        foreach (var (name, value) in _settings)
            environment[name] = value;
    }
}
