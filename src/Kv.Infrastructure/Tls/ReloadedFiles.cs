using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Tls;

/// <summary>
/// What was made of files, made again when they change. Their contents are looked at now and then: whoever replaces them may
/// do so by renaming a directory or a link to it, as Kubernetes does with secrets, of which the system tells only in part.
/// What cannot be used, because it is half written, say, changes nothing.
/// </summary>
/// <typeparam name="T">What is made of them.</typeparam>
public sealed partial class ReloadedFiles<T> : IDisposable
    where T : class
{
    private readonly IReadOnlyList<string> _files;
    private readonly Func<IReadOnlyList<string>, T> _load;
    private readonly Action<T> _changed;
    private readonly ILogger _logger;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly Lock _looking = new();
    private string[] _settled;
    private string[]? _doubtful;
    private volatile T _current;
    private ITimer? _timer;

    /// <summary>Loads them.</summary>
    /// <param name="files">The paths.</param>
    /// <param name="load">Makes of their contents, in the same order, what they are for.</param>
    /// <param name="changed">Is told of what was made of changed files; null for nobody.</param>
    /// <param name="interval">How often they are looked at.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of changes.</param>
    /// <exception cref="IOException">One of them cannot be read.</exception>
    /// <exception cref="CryptographicException">They do not hold what they should.</exception>
    public ReloadedFiles(
        IReadOnlyList<string> files, Func<IReadOnlyList<string>, T> load, Action<T>? changed, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_files, _load, _changed, _interval, _time, _logger) = (files, load, changed ?? (_ => { }), interval, time, logger);
        _settled = Read();
        _current = load(_settled);
    }

    /// <summary>What was made of the last files that could be used.</summary>
    public T Current => _current;

    /// <summary>Begins to look at the files.</summary>
    public void Begin() => _timer = _time.CreateTimer(_ => Look(), null, _interval, _interval);

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        // One look that takes longer than the interval is enough.
        if (!_looking.TryEnter())
            return;
        // Files that are away are as good as empty.
        string[] read = [];
        try
        {
            read = Read();
            if (!read.SequenceEqual(_settled))
                Use(read);
        }
        catch (Exception error)
        {
            // Whatever it is: nobody would catch it, and what there was before is still good.
            if (!read.SequenceEqual(_settled))
                Doubt(read, error);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Use(string[] read)
    {
        var loaded = _load(read);
        _changed(loaded);
        (_current, _settled, _doubtful) = (loaded, read, null);
        LogReloaded(Names);
    }

    // Several files are not replaced at one moment: what is still there at the next look is a mistake, which is told of once.
    private void Doubt(string[] read, Exception error)
    {
        if (_doubtful is null || !read.SequenceEqual(_doubtful))
        {
            _doubtful = read;
            return;
        }
        _settled = read;
        LogUnusable(Names, error.Message);
    }

    private string Names => string.Join(", ", _files);

    private string[] Read() => [.. _files.Select(File.ReadAllText)];

    [LoggerMessage(LogLevel.Information, "{Files} changed and are in use for what begins now.")]
    private partial void LogReloaded(string files);

    [LoggerMessage(LogLevel.Error, "{Files} changed and cannot be used ({Reason}). What they held before stays in use.")]
    private partial void LogUnusable(string files, string reason);
}
