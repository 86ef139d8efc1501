using System.Net.Http.Headers;
using Kv.Domain.Deliveries;

namespace Kv.Infrastructure.Deliveries;

/// <summary>Reads the header <c>Retry-After</c> (RFC 9110, section 10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>How long a receiver asks to be left alone, at most <see cref="Attempt.LongestRetryAfter"/>; null when it does not say, or nothing that makes sense.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.IsSuccessStatusCode || !response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
            return null;
        return Read(values.First().Trim(), now) is not { } delay || delay < TimeSpan.Zero
            ? null
            : delay < Attempt.LongestRetryAfter ? delay : Attempt.LongestRetryAfter;
    }

    private static TimeSpan? Read(string text, DateTimeOffset now)
    {
        // More seconds than .NET's own reader takes still mean: not soon.
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
            return int.TryParse(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        return RetryConditionHeaderValue.TryParse(text, out var parsed) && parsed.Date is { } date ? date - now : null;
    }
}
