using System.Collections;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kv.Benchmarks.Pipeline;

/// <content>The features that the application uses.</content>
internal abstract partial class Exchange :
    IFeatureCollection, IHttpRequestFeature, IHttpResponseFeature, IHttpResponseBodyFeature,
        IHttpRequestBodyDetectionFeature,
    IHttpRequestIdentifierFeature, IHttpRequestLifetimeFeature, IRequestBodyPipeFeature
{
    private readonly Dictionary<Type, object> _own;
    private readonly Dictionary<Type, object?> _set = [];

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public string Protocol { get; set; } = HttpProtocol.Http11;

    public string Scheme { get; set; } = "http";

    public string Method { get; set; } = "";

    public string PathBase { get; set; } = "";

    public string Path { get; set; } = "";

    public string QueryString { get; set; } = "";

    public string RawTarget { get; set; } = "";

    public string TraceIdentifier { get; set; } = "0";

    public string? ReasonPhrase { get; set; }

    public bool HasStarted { get; private set; }

    public bool CanHaveBody => _requestBody.Length > 0;

    public PipeReader Reader => _requestBody;

    public PipeWriter Writer => _responseBody;

    public Stream Stream => _responseBody.AsStream();

    public CancellationToken RequestAborted { get => _aborted.Token; set => throw new NotSupportedException(); }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    private IHeaderDictionary RequestHeaders { get; } = new HeaderDictionary();

    IHeaderDictionary IHttpRequestFeature.Headers { get => RequestHeaders; set => throw new NotSupportedException(); }

    Stream IHttpRequestFeature.Body { get => _requestBody.AsStream(); set => throw new NotSupportedException(); }

    Stream IHttpResponseFeature.Body { get => Stream; set => throw new NotSupportedException(); }

    public object? this[Type key]
    {
        get => _set.TryGetValue(key, out var set) ? set : _own.GetValueOrDefault(key);
        set
        {
            _set[key] = value;
            Revision++;
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
            return;
        while (_starting.TryPop(out var last))
            await last.Callback(last.State);
        HasStarted = true;
    }

    public Task CompleteAsync() => StartAsync();

    public void Abort() => throw new InvalidOperationException("The application aborted the request.");

    public void DisableBuffering()
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => throw new NotSupportedException();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void ResetFeatures()
    {
        _set.Clear();
        Revision++;
    }
}
