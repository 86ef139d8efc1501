using Kv.Domain.Tenants;
using Kv.Domain.Watching;

namespace Kv.Infrastructure.Tests.Watching;

/// <summary>A budget of watches that counts the memory that they hold.</summary>
internal sealed class CountedBudget : IWatchBudget
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _returned = new();
    private long _most = long.MaxValue;

    public long Held { get; private set; }

    public bool HasWaiting { get; private set; }

    /// <summary>The bytes beyond which no share is free.</summary>
    public long Most
    {
        set
        {
            lock (_gate)
                _most = value;
            Add(0);
        }
    }

    public async Task<IWatchShare> Take(
        Tenant tenant, long bytes, bool isOpening, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task returned;
            lock (_gate)
                returned = _returned.Task;
            if (TryTake(tenant, bytes) is { } share)
                return share;
            HasWaiting = true;
            await returned.WaitAsync(cancellationToken);
        }
    }

    public IWatchShare? TryTake(Tenant tenant, long bytes)
    {
        lock (_gate)
            if (Held + bytes > _most)
                return null;
        Add(bytes);
        return new Share(this, bytes);
    }

    private void Add(long bytes)
    {
        TaskCompletionSource returned;
        lock (_gate)
        {
            Held += bytes;
            (returned, _returned) = (_returned, new TaskCompletionSource());
        }
        returned.SetResult();
    }

    private sealed class Share(CountedBudget owner, long bytes) : IWatchShare
    {
        public void Resize(long now)
        {
            owner.Add(now - bytes);
            bytes = now;
        }

        public void Dispose() => Resize(0);
    }
}
