namespace Kv.Domain.Deliveries;

/// <summary>One try to hand a message to a receiver, and what came of it.</summary>
public sealed record Attempt
{
    /// <summary>How much of an answer is kept, in bytes.</summary>
    public const int MaxAnswerBytes = 512;

    /// <summary>The longest wait that a receiver can ask for by <c>Retry-After</c>.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took, from connecting to the end of what was read of the answer.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The answer's status; null when there was none.</summary>
    public int? Status { get; init; }

    /// <summary>What went wrong without an answer, or in the middle of one, for the webhook's owner to read; null when nothing did.</summary>
    public string? Error { get; init; }

    /// <summary>The first bytes of the answer's body, as text.</summary>
    public string Answer { get; init; } = "";

    /// <summary>How long the receiver asked to be left alone (<c>Retry-After</c>, RFC 9110, section 10.2.3), at most <see cref="LongestRetryAfter"/>; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the receiver took the message: a status of 2xx, and an answer that came to its end in time.</summary>
    public bool IsAccepted => Error is null && Status is >= 200 and < 300;

    /// <summary>Whether the receiver wants no more messages, ever: 410 Gone.</summary>
    public bool IsGone => Error is null && Status == 410;
}
