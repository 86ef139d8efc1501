using Kv.Infrastructure.Storage;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Lets requests pile up before an etcd that is paused, so that they are sent together when it goes on.</summary>
internal static class HeldBack
{
    /// <summary>As many requests as may be under way at once: what comes after them has to wait.</summary>
    public const int Slots = 2;

    /// <summary>Starts the requests behind others that cannot be answered, and lets etcd go on.</summary>
    /// <returns>The requests, under way.</returns>
    public static async Task<List<Task<TResult>>> Behind<TResult>(
        EtcdServer server, IStore store, IEnumerable<Func<Task<TResult>>> requests, Func<int, Task>? holder = null)
    {
        holder ??= slot => store.Put($"holder/{slot}");
        await store.Find("connected");
        server.Pause();
        var holders = Enumerable.Range(0, Slots).Select(holder).ToList();
        var waiting = requests.Select(request => request()).ToList();
        server.Resume();
        await Task.WhenAll(holders);
        return waiting;
    }
}
