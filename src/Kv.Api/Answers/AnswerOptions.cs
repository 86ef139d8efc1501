namespace Kv.Api.Answers;

/// <summary>The limits of memory and time for sending answers.</summary>
internal sealed record AnswerOptions
{
    /// <summary>
    /// Most bytes of values that all answers together hold until they are sent.
    /// </summary>
    public required long MaxUnsentBytes { get; init; }

    /// <summary>The time without reading after which a client is disconnected, 1 s to 600 s.</summary>
    public required TimeSpan StallTimeout { get; init; }
}
