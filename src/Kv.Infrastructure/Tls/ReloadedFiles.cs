using System.Security.Cryptography;

namespace Kv.Infrastructure.Tls;

/// <summary>
/// A value that is loaded from files, and again when they change. The contents are checked at intervals: files may be
/// replaced by renaming a directory or a link to it, as Kubernetes does with secrets, and the system reports only some
/// of these changes. Invalid contents, for example a half-written file, change nothing.
/// </summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed partial class ReloadedFiles<T> : IDisposable
    where T : class
{
    private readonly IReadOnlyList<string> _files;
    private readonly Func<IReadOnlyList<string>, T> _load;
    private readonly Action<T>? _changed;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _checking = new();
    private string[] _processed;
    private string[]? _invalid;
    private volatile T _current;

    /// <summary>Loads the files, and starts to check them.</summary>
    /// <param name="files">The paths.</param>
    /// <param name="load">Creates the value from the contents, which are in the same order.</param>
    /// <param name="interval">How often the files are checked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs changes.</param>
    /// <param name="changed">Receives each new value; null for no receiver.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">The contents are invalid.</exception>
    public ReloadedFiles(
        IReadOnlyList<string> files, Func<IReadOnlyList<string>, T> load, TimeSpan interval, TimeProvider time,
        ILogger logger, Action<T>? changed = null)
    {
        (_files, _load, _changed, _logger) = (files, load, changed, logger);
        _processed = Read();
        _current = load(_processed);
        _timer = time.CreateTimer(_ => Check(), null, interval, interval);
    }

    /// <summary>The value of the last valid contents.</summary>
    public T Current => _current;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        // A check that takes longer than the interval must not run twice.
        if (!_checking.TryEnter())
            return;
        // A missing file counts as an empty one.
        string[] read = [];
        try
        {
            read = Read();
            if (!read.SequenceEqual(_processed))
                Use(read);
        }
        catch (Exception error)
        {
            // Any error: no caller would catch it, and the previous value is still valid.
            if (!read.SequenceEqual(_processed))
                Reject(read, error);
        }
        finally
        {
            _checking.Exit();
        }
    }

    private void Use(string[] read)
    {
        var loaded = _load(read);
        _changed?.Invoke(loaded);
        (_current, _processed, _invalid) = (loaded, read, null);
        LogReloaded(Names);
    }

    // Several files are not replaced at one moment: contents that are still invalid at the next check are an error,
    // logged once.
    private void Reject(string[] read, Exception error)
    {
        if (_invalid is null || !read.SequenceEqual(_invalid))
        {
            _invalid = read;
            return;
        }
        _processed = read;
        LogUnusable(Names, error.Message);
    }

    private string Names => string.Join(", ", _files);

    private string[] Read() => [.. _files.Select(File.ReadAllText)];
}
