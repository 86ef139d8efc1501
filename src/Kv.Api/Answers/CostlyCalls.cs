using Kv.Api.Tenants;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Api.Answers;

/// <summary>
/// Runs costly calls on one processor fewer than there are, and tenants take turns, so that cheap calls find a free
/// processor. A call takes a turn each time it continues after a wait. While it waits for the client or the store, it
/// holds nothing.
/// </summary>
internal sealed class CostlyCalls(TenantHeaders tenants, HeldBytes held, int mostAtOnce) : IThreadPoolWorkItem
{
    // A larger body takes milliseconds to read.
    private const int LargeBody = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Namespace, string AppName), TenantTurns> _turns = [];

    // The tenants with waiting work, in the order of their turns.
    private readonly Queue<TenantTurns> _waiting = [];
    private int _running;

    /// <summary>Middleware after routing.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next) =>
        IsCostly(context) ? Run(context, next) : next(context);

    /// <summary>Runs a part of a call as costly.</summary>
    public async Task Run(HttpContext context, RequestDelegate part)
    {
        var turns = Enter(tenants.Read(context.Request));
        try
        {
            // From here on, each continuation is posted to the turns. The caller's own context is not changed: an async
            // method restores it.
            SynchronizationContext.SetSynchronizationContext(turns);
            await Task.Yield();
            await part(context);
        }
        finally
        {
            Leave(turns);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        TenantTurns turns;
        (SendOrPostCallback Callback, object? State) work;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out turns!))
            {
                _running--;
                return;
            }
            work = turns.Work.Dequeue();
            if (turns.Work.Count > 0)
                _waiting.Enqueue(turns);
        }
        SynchronizationContext.SetSynchronizationContext(turns);
        try
        {
            work.Callback(work.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
            // Behind everything that waits in the pool by now.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    // A tenant whose large values wait to be sent probably reads another one.
    private bool IsCostly(HttpContext context) =>
        context.Request.ContentLength > LargeBody
        || (context.Request.ContentLength is null
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        || context.GetEndpoint()?.Metadata.GetMetadata<CostlyAttribute>()?.Concerns(context.Request) == true
        || held.Holds(context.Request);

    private TenantTurns Enter((string Namespace, string AppName) tenant)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue(tenant, out var turns))
                _turns.Add(tenant, turns = new TenantTurns(this, tenant));
            turns.Calls++;
            return turns;
        }
    }

    private void Leave(TenantTurns turns)
    {
        lock (_gate)
            if (--turns.Calls == 0)
                _turns.Remove(turns.Tenant);
    }

    private void Post(TenantTurns turns, SendOrPostCallback callback, object? state)
    {
        lock (_gate)
        {
            turns.Work.Enqueue((callback, state));
            if (turns.Work.Count == 1)
                _waiting.Enqueue(turns);
            if (_running == mostAtOnce)
                return;
            _running++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The costly calls of a tenant.</summary>
    private sealed class TenantTurns(CostlyCalls owner, (string Namespace, string AppName) tenant)
        : SynchronizationContext
    {
        public (string Namespace, string AppName) Tenant { get; } = tenant;

        public Queue<(SendOrPostCallback Callback, object? State)> Work { get; } = new();

        /// <summary>How many calls use it.</summary>
        public int Calls { get; set; }

        public override void Post(SendOrPostCallback d, object? state) => owner.Post(this, d, state);

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

        public override SynchronizationContext CreateCopy() => this;
    }
}
