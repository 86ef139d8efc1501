using Kv.Domain.Storage;

namespace Kv.Api.Errors;

/// <summary>Logs what the store fails. While it is away every request fails alike, so a line a second says it.</summary>
public sealed partial class StoreFailureLog(ILogger<StoreFailureLog> logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _lastLogged;
    private long _notLogged;

    /// <summary>Logs a failure, or counts it for the next line.</summary>
    public void Log(StoreException failure)
    {
        if (TooSoon())
            Interlocked.Increment(ref _notLogged);
        else
            LogStoreFailed(failure.Message, Interlocked.Exchange(ref _notLogged, 0));
    }

    private bool TooSoon()
    {
        var last = Volatile.Read(ref _lastLogged);
        if (last != 0 && time.GetElapsedTime(last) < Interval)
            return true;
        return Interlocked.CompareExchange(ref _lastLogged, time.GetTimestamp(), last) != last;
    }

    [LoggerMessage(LogLevel.Warning, "The store failed a request: {Reason} ({NotLogged} more like it since the last such line.)")]
    private partial void LogStoreFailed(string reason, long notLogged);
}
