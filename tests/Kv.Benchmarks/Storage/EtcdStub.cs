using System.Collections.Concurrent;
using Grpc.Core;

namespace Kv.Benchmarks.Storage;

/// <summary>
/// Replaces the connection to etcd: writes each request out and reads an answer in, as a connection does, and
/// answers on demand. The network and gRPC's own work for a call, which a batch shares, are not in it.
/// </summary>
internal sealed class EtcdStub(EtcdAnswers answers) : CallInvoker
{
    private static readonly Task<Metadata> NoHeaders = Task.FromResult(new Metadata());

    private readonly ConcurrentQueue<Action> _held = new();
    private readonly Outgoing _request = new();
    private readonly Incoming _answer = new();
    private readonly Lock _gate = new();

    /// <summary>Answers the call that has waited longest, if any waits.</summary>
    public bool Release()
    {
        if (!_held.TryDequeue(out var answer))
            return false;
        answer();
        return true;
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var answer = new TaskCompletionSource<TResponse>();
        TResponse parsed;
        lock (_gate)
        {
            _request.Clear();
            method.RequestMarshaller.ContextualSerializer(request, _request);
            _answer.Payload = answers.To(method.Name, _request.Written);
            parsed = method.ResponseMarshaller.ContextualDeserializer(_answer);
        }
        _held.Enqueue(() => answer.SetResult(parsed));
        return new AsyncUnaryCall<TResponse>(answer.Task, NoHeaders, () => Status.DefaultSuccess, () => [], () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
}
