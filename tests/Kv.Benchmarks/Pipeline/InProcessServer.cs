using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Benchmarks.Pipeline;

/// <summary>
/// Replaces Kestrel: hands requests to the application as they would come off a connection that is kept open,
/// without a socket. It allocates nothing for a request that it could reuse, so that all counted bytes are the
/// application's own.
/// </summary>
internal sealed class InProcessServer : IServer
{
    private Func<Exchange>? _newExchange;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _newExchange = () => new Connection<TContext>(application);
        return Task.CompletedTask;
    }

    /// <summary>Opens a connection, on which one request at a time goes.</summary>
    public Exchange Connect() => _newExchange!();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    // As with Kestrel's connections, hosting keeps its context here from one request to the next.
    private sealed class Connection<TContext>(
        IHttpApplication<TContext> application) : Exchange, IHostContextContainer<TContext>
        where TContext : notnull
    {
        public TContext? HostContext { get; set; }

        protected override async Task Process()
        {
            var context = application.CreateContext(this);
            try
            {
                await application.ProcessRequestAsync(context);
                await Complete();
            }
            finally
            {
                application.DisposeContext(context, null);
            }
        }
    }
}
