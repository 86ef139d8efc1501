using Etcdserverpb;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>Makes calls to etcd. Each unary call goes through <c>Once</c>.</summary>
internal static class Calls
{
    private const int Attempts = 4;

    /// <summary>
    /// Makes a call that is safe to repeat, for example a read, and repeats it when its member failed or was given up:
    /// the next attempt goes to another member or uses a fresh token. All attempts share one deadline.
    /// </summary>
    /// <inheritdoc cref="Once" path="/param"/>
    public static async Task<TAnswer> Repeat<TAnswer>(
        EtcdConnection connection,
        TimeProvider time,
        Func<EtcdChannel, CallOptions, AsyncUnaryCall<TAnswer>> call,
        bool mayBeStale = false,
        CancellationToken cancellationToken = default)
    {
        var deadline = connection.Deadline;
        var channel = connection.Next();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(channel, deadline, call, mayBeStale, cancellationToken);
            }
            catch (RpcException error)
                when (attempt < Attempts && EtcdErrors.IsTransient(error) && !cancellationToken.IsCancellationRequested)
            {
                // When several members fail, an election may be in progress.
                if (attempt > 1)
                    await Task.Delay(TimeSpan.FromMilliseconds(25 << attempt), time, cancellationToken);
                if (!EtcdErrors.IsTokenRejected(error))
                    channel = connection.Next(except: channel);
            }
        }
    }

    /// <summary>Makes a call once. It ends when its member is given up.</summary>
    /// <param name="mayBeStale">
    /// Whether the member may answer from its own state, which may lag behind the others.
    /// </param>
    public static async Task<TAnswer> Once<TAnswer>(
        EtcdChannel channel,
        DateTime deadline,
        Func<EtcdChannel, CallOptions, AsyncUnaryCall<TAnswer>> call,
        bool mayBeStale = false,
        CancellationToken cancellationToken = default)
    {
        var asked = channel.History.Now();
        var givenUp = channel.GivenUp;
        using var either = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, givenUp)
            : null;
        try
        {
            var options = new CallOptions(deadline: deadline, cancellationToken: either?.Token ?? givenUp);
            var answer = await call(channel, options);
            if (HeaderOf(answer) is { } header)
                channel.History.Observe(asked, header, isLinearizable: !mayBeStale);
            return answer;
        }
        catch (RpcException error)
        {
            if (error.StatusCode == StatusCode.Unavailable && channel.Health == MemberHealth.Well)
                channel.Health = MemberHealth.Unwell;
            if (error.StatusCode == StatusCode.Cancelled && givenUp.IsCancellationRequested)
                throw EtcdErrors.GivenUp(channel.Endpoint);
            throw;
        }
    }

    // Only for answers about keys: an answer about a lease carries the revision of one member alone.
    private static ResponseHeader? HeaderOf<TAnswer>(TAnswer answer) => answer switch
    {
        RangeResponse range => range.Header,
        TxnResponse transaction => transaction.Header,
        PutResponse put => put.Header,
        _ => null,
    };

    /// <summary>Writes to a stream of etcd.</summary>
    /// <exception cref="RpcException">
    /// The message was not written. Errors of the HTTP layer are converted to this one.
    /// </exception>
    public static async Task Send<TMessage>(IClientStreamWriter<TMessage> stream, TMessage message)
    {
        try
        {
            await stream.WriteAsync(message);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidOperationException
            && error is not ObjectDisposedException)
        {
            // A connection that breaks during the write fails it with the HTTP layer's own error.
            throw new RpcException(new Status(StatusCode.Unavailable, "the connection broke", error));
        }
    }
}
