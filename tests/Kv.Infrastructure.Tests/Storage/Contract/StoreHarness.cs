using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>A running store of one engine, as the contract tests see it.</summary>
internal abstract class StoreHarness : IAsyncDisposable
{
    /// <summary>The store; another object after <see cref="Reopen"/>.</summary>
    public abstract IStore Store { get; }

    /// <summary>A prefix that no other test has, so that tests can share a store.</summary>
    public static StoreKey NewPrefix() => StoreKey.Of($"/contract/{Guid.NewGuid():N}/");

    /// <summary>Forgets the history before a revision, which stays readable itself. For a store that is not shared.</summary>
    public abstract Task Compact(long revision);

    /// <summary>Closes the store, and opens it again on the same data.</summary>
    public abstract Task Reopen();

    public abstract ValueTask DisposeAsync();
}
