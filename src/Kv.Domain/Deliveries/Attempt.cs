namespace Kv.Domain.Deliveries;

/// <summary>One attempt to send a message to a receiver, with its result.</summary>
public sealed record Attempt
{
    /// <summary>The maximum number of bytes kept of an answer.</summary>
    public const int MaxAnswerBytes = 512;

    /// <summary>The longest wait that a receiver can ask for by <c>Retry-After</c>.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>The start of the attempt.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The duration, from connecting to the last byte read of the answer.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The answer's status; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>
    /// The error that prevented or cut off the answer, for the webhook's owner to read; null when no error occurred.
    /// </summary>
    public string? Error { get; init; }

    /// <summary>The first bytes of the answer's body, as text.</summary>
    public string Answer { get; init; } = "";

    /// <summary>The request, kept of a ping only; null when none could be made.</summary>
    public SentRequest? Request { get; init; }

    /// <summary>
    /// The wait that the receiver asked for (<c>Retry-After</c>, RFC 9110, section 10.2.3), at most
    /// <see cref="LongestRetryAfter"/>; null when the header is absent.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the receiver accepted the message: the status is 2xx and the answer is complete in time.
    /// </summary>
    public bool IsAccepted => Error is null && Status is >= 200 and < 300;

    /// <summary>Whether the receiver rejects all further messages: 410 Gone.</summary>
    public bool IsGone => Error is null && Status == 410;
}
