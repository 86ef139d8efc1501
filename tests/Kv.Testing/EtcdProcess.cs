using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kv.Testing;

/// <summary>One run of the etcd binary, with what it wrote to its log.</summary>
internal sealed class EtcdProcess : IDisposable
{
    private const int LogLines = 400;

    // A test host that ends in the middle of a test takes its servers with it.
    private static readonly ConcurrentDictionary<EtcdProcess, byte> Running = new();

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    static EtcdProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in Running.Keys)
            process.Kill();
    };

    private EtcdProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines of the log.</summary>
    public string Log => string.Join('\n', _log);

    public static EtcdProcess Start(string binary, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(binary)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // etcd takes settings from ETCD_*, and Kv's own tests and users set variables of such names.
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (variable.Key is string name && name.StartsWith("ETCD_", StringComparison.Ordinal) && name != "ETCD_UNSUPPORTED_ARCH")
                start.Environment.Remove(name);

        var process = new EtcdProcess(new Process { StartInfo = start });
        process._process.OutputDataReceived += process.Write;
        process._process.ErrorDataReceived += process.Write;
        process._process.Start();
        Running[process] = 0;
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Ends the process at once (SIGKILL); nothing happens when it has ended.</summary>
    public void Kill()
    {
        Running.TryRemove(this, out _);
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Write(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        _log.Enqueue(line.Data);
        while (_log.Count > LogLines)
            _log.TryDequeue(out _);
    }
}
