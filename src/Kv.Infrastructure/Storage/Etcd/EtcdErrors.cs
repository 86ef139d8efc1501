using System.Net.Sockets;
using Grpc.Core;
using Kv.Domain.Storage;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// What etcd's errors mean. Their texts are part of its API (etcd's <c>rpctypes/error.go</c>): several causes share a
/// gRPC status code and can only be told apart by them.
/// </summary>
internal static class EtcdErrors
{
    public static bool IsLeaseMissing(RpcException error) =>
        error.StatusCode == StatusCode.NotFound && Says(error, "lease not found");

    public static bool IsLeaseTaken(RpcException error) =>
        error.StatusCode == StatusCode.FailedPrecondition && Says(error, "lease already exists");

    public static bool IsCompacted(RpcException error) =>
        error.StatusCode == StatusCode.OutOfRange && Says(error, "compacted");

    public static bool IsFutureRevision(RpcException error) =>
        error.StatusCode == StatusCode.OutOfRange && Says(error, "future revision");

    /// <summary>Whether what a member says of its status is that the cluster has no space left.</summary>
    public static bool IsNoSpaceAlarm(string told) => told.Contains("NOSPACE", StringComparison.Ordinal);

    public static bool IsTokenRejected(RpcException error) => error.StatusCode == StatusCode.Unauthenticated;

    /// <summary>The error of a watch that etcd ends by a message on the stream, which says why in words alone.</summary>
    public static RpcException OfCancelledWatch(string reason)
    {
        // Older ones say of a void token that permission is denied.
        var isTokenRejected = reason.Contains("invalid auth token", StringComparison.Ordinal)
            || reason.Contains("permission denied", StringComparison.Ordinal);
        return new RpcException(new Status(
            isTokenRejected ? StatusCode.Unauthenticated : StatusCode.Unavailable, $"etcd cancelled the watch: {reason}"));
    }

    /// <summary>Whether the answer was larger than this client takes (the error is the client's own).</summary>
    public static bool IsAnswerTooLarge(RpcException error) =>
        error.StatusCode == StatusCode.ResourceExhausted && Says(error, "exceeds the maximum configured message size");

    /// <summary>Whether etcd refused the request as it is, so that it was not done, and others may fare better.</summary>
    public static bool IsRejected(RpcException error) =>
        IsRefusedAsItIs(error)
        || error.StatusCode == StatusCode.OutOfRange
        || IsLeaseMissing(error)
        || IsOutOfSpace(error);

    /// <summary>Whether the call may be repeated on another member, when it only reads.</summary>
    public static bool IsTransient(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.Unknown or StatusCode.Internal or StatusCode.Cancelled
        || IsTokenRejected(error);

    /// <summary>The waist's exception for an error of etcd.</summary>
    /// <param name="error">The error.</param>
    /// <param name="doing">What was asked of etcd, for the message: "write", say.</param>
    /// <param name="isWrite">Whether the call could have changed something.</param>
    public static StoreException Translate(RpcException error, string doing, bool isWrite)
    {
        if (IsOutOfSpace(error))
            return new StoreOutOfSpaceException("etcd has no space left (NOSPACE alarm).", error);
        if (IsRefusedAsItIs(error))
            return new StoreRejectedException($"etcd refused the {doing}: {error.Status.Detail}.", error);
        var outcomeUnknown = isWrite && !NeverDone(error);
        return new StoreUnavailableException(
            $"etcd could not {doing} ({error.StatusCode}: {Reason(error)}).", outcomeUnknown, error);
    }

    /// <summary>Whether there was no connection to send the call on, so that it may go to another member, whatever it does.</summary>
    public static bool IsNeverSent(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable
        // A connection that breaks under way is wrapped by the HTTP layer; a bare socket error comes from an attempt
        // to connect, and of its own errors these three do.
        && error.Status.DebugException is SocketException or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        };

    // Refused before it was proposed, or never sent.
    private static bool NeverDone(RpcException error) =>
        error.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied
        || IsLoginRefused(error)
        || (error.StatusCode == StatusCode.ResourceExhausted && !IsAnswerTooLarge(error))
        || IsNeverSent(error);

    private static bool IsRefusedAsItIs(RpcException error) =>
        (error.StatusCode == StatusCode.InvalidArgument && !IsLoginRefused(error)) || IsRequestTooLarge(error);

    // A wrong name or password, or none where etcd wants one. It has the status of a bad request, but the request is
    // not to blame: it could be made again once the setting is right.
    private static bool IsLoginRefused(RpcException error) =>
        error.StatusCode == StatusCode.InvalidArgument
        && (Says(error, "authentication failed") || Says(error, "user name is empty"));

    // What is far too large does not get past etcd's gRPC server, which takes 512 KiB more than --max-request-bytes.
    private static bool IsRequestTooLarge(RpcException error) =>
        error.StatusCode == StatusCode.ResourceExhausted && Says(error, "received message larger than max");

    private static bool IsOutOfSpace(RpcException error) =>
        error.StatusCode == StatusCode.ResourceExhausted && Says(error, "space exceeded");

    // What failed on this side is told with the names of its types; operators read this, who are served by its words alone.
    private static string Reason(RpcException error) =>
        error.Status.DebugException is { } cause ? cause.Message : error.Status.Detail;

    private static bool Says(RpcException error, string text) =>
        error.Status.Detail.Contains(text, StringComparison.Ordinal);
}
