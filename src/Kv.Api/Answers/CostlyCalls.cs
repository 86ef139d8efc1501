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
    private readonly Dictionary<(string Namespace, string AppName), Lane> _lanes = [];

    // The lanes with waiting work, in the order of their turns.
    private readonly Queue<Lane> _waiting = [];
    private int _running;

    /// <summary>Middleware after routing.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next) =>
        IsCostly(context) ? Run(context, next) : next(context);

    /// <summary>Runs a part of a call as costly.</summary>
    public async Task Run(HttpContext context, RequestDelegate part)
    {
        var lane = Enter(tenants.Read(context.Request));
        try
        {
            // From here on, each continuation is posted to the lane. The caller's own context is not changed: an async
            // method restores it.
            SynchronizationContext.SetSynchronizationContext(lane);
            await Task.Yield();
            await part(context);
        }
        finally
        {
            Leave(lane);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Lane lane;
        (SendOrPostCallback Callback, object? State) work;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out lane!))
            {
                _running--;
                return;
            }
            work = lane.Work.Dequeue();
            if (lane.Work.Count > 0)
                _waiting.Enqueue(lane);
        }
        SynchronizationContext.SetSynchronizationContext(lane);
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

    private Lane Enter((string Namespace, string AppName) tenant)
    {
        lock (_gate)
        {
            if (!_lanes.TryGetValue(tenant, out var lane))
                _lanes.Add(tenant, lane = new Lane(this, tenant));
            lane.Calls++;
            return lane;
        }
    }

    private void Leave(Lane lane)
    {
        lock (_gate)
            if (--lane.Calls == 0)
                _lanes.Remove(lane.Tenant);
    }

    private void Post(Lane lane, SendOrPostCallback callback, object? state)
    {
        lock (_gate)
        {
            lane.Work.Enqueue((callback, state));
            if (lane.Work.Count == 1)
                _waiting.Enqueue(lane);
            if (_running == mostAtOnce)
                return;
            _running++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The costly calls of a tenant.</summary>
    private sealed class Lane(CostlyCalls owner, (string Namespace, string AppName) tenant) : SynchronizationContext
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
