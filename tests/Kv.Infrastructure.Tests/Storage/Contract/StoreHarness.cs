using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>A running store of one engine, as the contract tests see it.</summary>
internal abstract class StoreHarness : IAsyncDisposable
{
    /// <summary>The store; another object after <see cref="Reopen"/>.</summary>
    public abstract IStore Store { get; }

    /// <summary>A prefix that no other test has, so that tests can share a store.</summary>
    public static StoreKey NewPrefix() => StoreKey.FromText($"/contract/{Guid.NewGuid():N}/");

    /// <summary>
    /// Forgets the history before a revision, which stays readable itself. For a store that is not shared.
    /// </summary>
    public abstract Task Compact(long revision);

    /// <summary>Closes the store, and opens it again on the same data.</summary>
    public abstract Task Reopen();

    /// <summary>
    /// Completes when this many callers wait for a held lock. An in-process engine has them in its queue as soon
    /// as they have asked.
    /// </summary>
    public virtual Task Waiting(StoreKey name, int count) => Task.CompletedTask;

    public abstract ValueTask DisposeAsync();
}
