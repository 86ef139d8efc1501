using System.Net.Sockets;
using Grpc.Core;

namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>
/// Interprets etcd's errors. Their texts are part of its API (etcd's <c>rpctypes/error.go</c>): several causes share a
/// gRPC status code, and only the text distinguishes them.
/// </summary>
internal static class EtcdErrors
{
    public static bool IsLeaseMissing(RpcException error) => Is(error, StatusCode.NotFound, "lease not found");

    public static bool IsLeaseTaken(RpcException error) =>
        Is(error, StatusCode.FailedPrecondition, "lease already exists");

    public static bool IsCompacted(RpcException error) => Is(error, StatusCode.OutOfRange, "compacted");

    public static bool IsFutureRevision(RpcException error) => Is(error, StatusCode.OutOfRange, "future revision");

    /// <summary>Whether an error in a member's status reports that the cluster has no space left.</summary>
    public static bool IsNoSpaceAlarm(string error) => error.Contains("NOSPACE", StringComparison.Ordinal);

    public static bool IsTokenRejected(RpcException error) => error.StatusCode == StatusCode.Unauthenticated;

    /// <summary>
    /// The error of a watch that etcd cancels by a message on the stream. The message has only a text as its reason.
    /// </summary>
    public static RpcException FromCancelledWatch(string reason)
    {
        // Older versions report "permission denied" for an invalid token.
        var isTokenRejected = reason.Contains("invalid auth token", StringComparison.Ordinal)
            || reason.Contains("permission denied", StringComparison.Ordinal);
        return new RpcException(new Status(
            isTokenRejected ? StatusCode.Unauthenticated : StatusCode.Unavailable,
            $"etcd cancelled the watch: {reason}"));
    }

    /// <summary>Whether the answer was larger than this client accepts (the client itself raises the error).</summary>
    public static bool IsAnswerTooLarge(RpcException error) =>
        Is(error, StatusCode.ResourceExhausted, "exceeds the maximum configured message size");

    /// <summary>
    /// Whether etcd refused this request, so that it was not applied, while other requests may succeed.
    /// </summary>
    public static bool IsRejected(RpcException error) =>
        IsBadRequest(error)
        || error.StatusCode == StatusCode.OutOfRange
        || IsLeaseMissing(error)
        || IsOutOfSpace(error);

    /// <summary>Whether a read may be repeated on another member.</summary>
    public static bool IsTransient(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.Unknown or StatusCode.Internal or StatusCode.Cancelled
        || IsTokenRejected(error);

    /// <summary>The error of a call that ended because its member was given up.</summary>
    public static RpcException GivenUp(string endpoint) =>
        new(new Status(StatusCode.Unavailable, $"{endpoint} did not answer while others did"));

    /// <summary>Whether no answer came, or the member reported that it cannot answer.</summary>
    public static bool IsNoAnswer(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.Unknown or StatusCode.Internal
            or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted;

    /// <summary>The waist's exception for an error of etcd.</summary>
    /// <param name="doing">The action for the message, for example "write".</param>
    /// <param name="isWrite">Whether the call could have changed the store.</param>
    public static StoreException Translate(RpcException error, string doing, bool isWrite)
    {
        if (IsOutOfSpace(error))
            return new StoreOutOfSpaceException("etcd has no space left (NOSPACE alarm).", error);
        if (IsBadRequest(error))
            return new StoreRejectedException($"etcd refused the {doing}: {error.Status.Detail}.", error);
        var outcomeUnknown = isWrite && !IsNeverApplied(error);
        return new StoreUnavailableException(
            $"etcd could not {doing} ({error.StatusCode}: {Reason(error)}).", outcomeUnknown, error);
    }

    /// <summary>
    /// Whether the call was never sent for want of a connection, so that any call may go to another member.
    /// </summary>
    public static bool IsNeverSent(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable
        // When a connection breaks during a call, the HTTP layer wraps the error. A socket error without a wrapper
        // comes from an attempt to connect, as do these three errors of the HTTP layer.
        && error.Status.DebugException is SocketException or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        };

    // Refused before the proposal, or never sent.
    private static bool IsNeverApplied(RpcException error) =>
        error.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied
        || IsLoginRefused(error)
        || (error.StatusCode == StatusCode.ResourceExhausted && !IsAnswerTooLarge(error))
        || IsNeverSent(error);

    private static bool IsBadRequest(RpcException error) =>
        (error.StatusCode == StatusCode.InvalidArgument && !IsLoginRefused(error)) || IsRequestTooLarge(error);

    // The name or password is wrong or missing. The status is that of a bad request, but the request is valid and can
    // be repeated once the setting is right.
    private static bool IsLoginRefused(RpcException error) =>
        Is(error, StatusCode.InvalidArgument, "authentication failed")
        || Is(error, StatusCode.InvalidArgument, "user name is empty");

    // A request that is far too large is refused by etcd's gRPC server, whose limit is --max-request-bytes plus 512
    // KiB.
    private static bool IsRequestTooLarge(RpcException error) =>
        Is(error, StatusCode.ResourceExhausted, "received message larger than max");

    private static bool IsOutOfSpace(RpcException error) => Is(error, StatusCode.ResourceExhausted, "space exceeded");

    // The detail of a local failure contains type names; operators need only the message.
    private static string Reason(RpcException error) =>
        error.Status.DebugException is { } cause ? cause.Message : error.Status.Detail;

    private static bool Is(RpcException error, StatusCode status, string detail) =>
        error.StatusCode == status && error.Status.Detail.Contains(detail, StringComparison.Ordinal);
}
