using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Benchmarks.Pipeline;

/// <summary>
/// A connection with its current request and answer. It allocates nothing for a request.
/// </summary>
internal abstract partial class Exchange
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
    private readonly RequestBody _requestBody = new();
    private readonly ResponseBody _responseBody;
    private readonly RouteValuesFeature _route = new();
    private readonly EndpointSlot _endpoint = new();

    protected Exchange()
    {
        _responseBody = new ResponseBody(this);
        _own = new()
        {
            [typeof(IHttpRequestFeature)] = this,
            [typeof(IHttpResponseFeature)] = this,
            [typeof(IHttpResponseBodyFeature)] = this,
            [typeof(IHttpRequestBodyDetectionFeature)] = this,
            [typeof(IHttpRequestIdentifierFeature)] = this,
            [typeof(IHttpRequestLifetimeFeature)] = this,
            [typeof(IRequestBodyPipeFeature)] = this,
            [typeof(IEndpointFeature)] = _endpoint,
            [typeof(IRouteValuesFeature)] = _route,
        };
    }

    /// <summary>The answer's status.</summary>
    public int StatusCode { get; set; }

    /// <summary>The answer's body.</summary>
    public ReadOnlyMemory<byte> Answer => _responseBody.Written;

    /// <summary>Sends a request; when the task is done, the answer is there.</summary>
    public Task Send(Request request)
    {
        Reset(request);
        return Process();
    }

    /// <summary>Has the application serve the request.</summary>
    protected abstract Task Process();

    /// <summary>Ends the answer, as a server does when the application has returned.</summary>
    protected async Task Complete()
    {
        await StartAsync();
        while (_completed.TryPop(out var last))
            await last.Callback(last.State);
    }

    private void Reset(Request request)
    {
        _starting.Clear();
        _completed.Clear();
        _requestBody.Reset(request.Body);
        _responseBody.Reset();
        _route.RouteValues.Clear();
        _endpoint.Endpoint = null;
        ResetFeatures();
        Headers.Clear();
        Method = request.Method;
        RawTarget = Path = request.Path;
        QueryString = PathBase = "";
        RequestHeaders.Clear();
        RequestHeaders.Host = "localhost";
        foreach (var (name, value) in request.Headers)
            RequestHeaders[name] = value;
        if (request.Body.Length > 0)
            RequestHeaders.ContentLength = request.Body.Length;
        StatusCode = StatusCodes.Status200OK;
        HasStarted = false;
        ReasonPhrase = null;
    }

    private sealed class EndpointSlot : IEndpointFeature
    {
        public Endpoint? Endpoint { get; set; }
    }
}
