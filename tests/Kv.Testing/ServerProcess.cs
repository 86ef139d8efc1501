using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kv.Testing;

/// <summary>One run of a program that tests use, with its log.</summary>
public sealed class ServerProcess : IDisposable
{
    private const int LogLines = 400;

    // A test host that ends in the middle of a test takes its servers with it.
    private static readonly ConcurrentDictionary<ServerProcess, byte> Running = new();

    private readonly Process _process;
    private readonly Action<string>? _onLine;
    private readonly ConcurrentQueue<string> _log = new();

    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in Running.Keys)
            process.Kill();
    };

    private ServerProcess(Process process, Action<string>? onLine) => (_process, _onLine) = (process, onLine);

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended; 128 and the signal's number where a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of the log.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts it.</summary>
    /// <param name="binary">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="prepare">Changes its environment, which is a copy of the tests' own.</param>
    /// <param name="onLine">Called with each line that it writes.</param>
    public static ServerProcess Start(
        string binary, IEnumerable<string> arguments, Action<IDictionary<string, string?>>? prepare = null,
        Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(binary, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        prepare?.Invoke(start.Environment);

        var process = new ServerProcess(new Process { StartInfo = start }, onLine);
        process._process.OutputDataReceived += process.Write;
        process._process.ErrorDataReceived += process.Write;
        process._process.Start();
        Running[process] = 0;
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    public Task Ended() => _process.WaitForExitAsync();

    /// <summary>
    /// Ends the process and those that it started at once (SIGKILL); nothing happens when it has ended.
    /// </summary>
    public void Kill()
    {
        Running.TryRemove(this, out _);
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        // Its output ends with the last of these processes.
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Write(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        _onLine?.Invoke(line.Data);
        _log.Enqueue(line.Data);
        while (_log.Count > LogLines)
            _log.TryDequeue(out _);
    }
}
