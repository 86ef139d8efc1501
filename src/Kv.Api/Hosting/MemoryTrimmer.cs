using System.Buffers;
using System.Runtime.InteropServices;
using Kv.Api.Answers;

namespace Kv.Api.Hosting;

/// <summary>
/// Returns memory to the system after a burst. The runtime returns memory at collections only, and an idle process may
/// have none for hours. Its pool keeps buffers of large messages, and the C library keeps what SQLite has freed.
/// </summary>
internal sealed class MemoryTrimmer(HeldBytes held, TimeProvider time) : BackgroundService
{
    // A full collection blocks all requests for some tens of milliseconds.
    private const long MinReturned = 32 * 1024 * 1024;
    private const long MaxAllocated = 64 * 1024 * 1024;

    // Smaller buffers in the pool are not worth a search.
    private const int MinBuffer = 128 * 1024;
    private const int MaxBuffer = 4 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    // Also the minimum time between two collections: a caller may repeatedly use and release memory.
    private static readonly TimeSpan AfterBurst = TimeSpan.FromSeconds(10);

    // The runtime's pool drops a buffer that a thread keeps at the first collection that comes 30 s after another one
    // has seen the buffer.
    private static readonly TimeSpan PoolAge = TimeSpan.FromSeconds(32);
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(10);

    private long _allocated = GC.GetTotalAllocatedBytes();
    private long _least = long.MaxValue;
    private TimeSpan _pause = Interval;
    private DateTimeOffset _next;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Check();
    }

    private void Check()
    {
        var before = _allocated;
        _allocated = GC.GetTotalAllocatedBytes();
        var used = Environment.WorkingSet;
        _least = Math.Min(_least, used);
        var now = time.GetUtcNow();
        // Under load, and while answers wait for their clients, the memory is in use. It is returned soon afterwards.
        if (_allocated - before > MaxAllocated || held.Total > MinReturned)
        {
            _pause = Interval;
            if (now + AfterBurst < _next)
                _next = now + AfterBurst;
            return;
        }
        if (!IsWorthReturning(used) || now < _next)
            return;
        _pause = !IsWorthReturning(Return()) ? AfterBurst : _pause < PoolAge ? PoolAge : LongPause;
        _next = now + _pause;
    }

    // Kv itself needs the least that it ever had. If it needs more by now, collections become rare.
    private bool IsWorthReturning(long used) => used > _least + _least / 4 + MinReturned;

    private static long Return()
    {
        EmptyPool();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux())
            TrimNative();
        return Environment.WorkingSet;
    }

    // Rented buffers that are not returned are collected. The pool is empty once it allocates a new buffer.
    private static void EmptyPool()
    {
        for (var size = MinBuffer; size <= MaxBuffer; size *= 2)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            while (GC.GetAllocatedBytesForCurrentThread() - before < size)
                _ = ArrayPool<byte>.Shared.Rent(size);
        }
    }

    private static void TrimNative()
    {
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is not glibc.
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nuint pad);
}
