using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>How calls are made that do no harm when they are made twice.</summary>
internal static class Calls
{
    /// <summary>
    /// Makes a call that may be repeated (it only reads, say), and makes it once more when a member failed it: the next attempt goes to
    /// another member, or takes a fresh token.
    /// </summary>
    public static async Task<TAnswer> RepeatOnce<TAnswer>(Func<AsyncUnaryCall<TAnswer>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException error) when (EtcdErrors.IsTransient(error))
        {
            return await call();
        }
    }
}
