namespace Kv.Api.Answers;

/// <summary>The limits of memory and time for sending answers.</summary>
/// <param name="MaxUnsentBytes">Most bytes of values that all answers together hold until they are sent.</param>
/// <param name="StallTimeout">The time without reading after which a client is disconnected, 1 s to 600 s.</param>
internal sealed record AnswerOptions(long MaxUnsentBytes, TimeSpan StallTimeout);
