using System.Net.Http.Headers;

namespace Kv.Infrastructure.Deliveries.Calls;

/// <summary>Reads the header <c>Retry-After</c> (RFC 9110, section 10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>
    /// How long a receiver asks to wait, at most <see cref="Attempt.LongestRetryAfter"/>; null without the header, or
    /// when it is invalid.
    /// </summary>
    public static TimeSpan? Read(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.IsSuccessStatusCode || !response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
            return null;
        return Read(values.First().Trim(), now) is not { } delay || delay < TimeSpan.Zero
            ? null
            : delay < Attempt.LongestRetryAfter ? delay : Attempt.LongestRetryAfter;
    }

    private static TimeSpan? Read(string text, DateTimeOffset now)
    {
        // More seconds than .NET's parser accepts still mean a long wait.
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            return int.TryParse(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        return RetryConditionHeaderValue.TryParse(text, out var parsed) && parsed.Date is { } date ? date - now : null;
    }
}
