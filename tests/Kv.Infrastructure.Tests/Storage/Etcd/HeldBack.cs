using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>
/// Lets requests pile up before an etcd that is paused, so that they are sent together when it continues.
/// </summary>
internal static class HeldBack
{
    /// <summary>Starts the requests behind others that cannot be answered, and resumes etcd.</summary>
    /// <returns>The requests, under way.</returns>
    public static async Task<List<Task<TResult>>> Behind<TResult>(
        EtcdServer server, EtcdStore store, IEnumerable<Func<Task<TResult>>> requests,
        Func<int, Task<CommitResult>>? holder = null)
    {
        holder ??= slot => store.Put($"holder/{slot}");
        await store.Find("connected");
        server.Pause();
        var holders = await Occupy(store, holder);
        var waiting = requests.Select(request => request()).ToList();
        server.Resume();
        await Task.WhenAll(holders);
        return waiting;
    }

    /// <summary>Makes as many calls as may be in flight. Requests after them wait.</summary>
    /// <param name="store">An idle store over an etcd that is paused.</param>
    /// <param name="request">Makes a request of a number; it gets no answer.</param>
    /// <param name="calls">How many may be in flight.</param>
    /// <returns>The requests, under way.</returns>
    public static async Task<List<Task<TResult>>> Occupy<TResult>(
        EtcdStore store, Func<int, Task<TResult>> request, int calls = GroupCommit.MaxInFlight)
    {
        List<Task<TResult>> sent = [.. Enumerable.Range(0, calls).Select(request)];
        await Eventually.Holds(() => store.Queued() == 0, "all are sent");
        return sent;
    }
}
