using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>How calls are made that do no harm when they are made twice.</summary>
internal static class Calls
{
    private const int Attempts = 4;

    /// <summary>
    /// Makes a call that may be repeated (it only reads, say), and repeats it when a member failed it: the next attempt
    /// goes to another member, or takes a fresh token. Until the channel notices that a member died, attempts of calls
    /// side by side may meet it more than once, so the later ones leave it a moment. All attempts share one deadline.
    /// </summary>
    public static async Task<TAnswer> Repeat<TAnswer>(
        EtcdConnection connection, TimeProvider time, Func<DateTime, AsyncUnaryCall<TAnswer>> call)
    {
        var deadline = connection.Deadline;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(deadline);
            }
            catch (RpcException error) when (attempt < Attempts && EtcdErrors.IsTransient(error))
            {
                if (attempt > 1)
                    await Task.Delay(TimeSpan.FromMilliseconds(25 << attempt), time);
            }
        }
    }

    /// <summary>Writes to a stream of etcd's.</summary>
    /// <exception cref="RpcException">It was not written; also where gRPC lets another error through.</exception>
    public static async Task Send<TMessage>(IClientStreamWriter<TMessage> stream, TMessage message)
    {
        try
        {
            await stream.WriteAsync(message);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidOperationException
            && error is not ObjectDisposedException)
        {
            // A connection that breaks just then fails the write with the HTTP layer's own error.
            throw new RpcException(new Status(StatusCode.Unavailable, "the connection broke", error));
        }
    }
}
