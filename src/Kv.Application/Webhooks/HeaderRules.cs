using Kv.Domain.Webhooks;

namespace Kv.Application.Webhooks;

/// <summary>What holds for a webhook's own headers. Errors name the header and never show its value.</summary>
internal static class HeaderRules
{
    // A name may be as long as the body.
    private const int LongestNameShown = 64;

    public static string? FirstError(IReadOnlyDictionary<string, string> headers, bool isNew) =>
        headers.Count > WebhookSettings.MaxHeaders
            ? $"Too many headers (max {WebhookSettings.MaxHeaders})"
            : headers.Select(header => Error(header.Key, header.Value, isNew)).FirstOrDefault(error => error is not null);

    /// <summary>There is nothing that the mask could stand for.</summary>
    public static string NothingMasked(string name) =>
        $"Header '{Shown(name)}' is masked, and there is no value that could stay as it is";

    private static string? Error(string name, string value, bool isNew)
    {
        if (!WebhookSettings.IsHeaderName(name))
            return $"Header '{Shown(name)}' has a name that HTTP does not allow";
        if (name.Length > WebhookSettings.MaxHeaderLength)
            return $"Header '{Shown(name)}' has too long a name (max {WebhookSettings.MaxHeaderLength} characters)";
        if (WebhookSettings.IsReservedHeader(name))
            return $"Header '{name}' is reserved";
        if (value.Length > WebhookSettings.MaxHeaderLength)
            return $"Header '{Shown(name)}' is too long (max {WebhookSettings.MaxHeaderLength} characters)";
        if (!WebhookSettings.IsHeaderValue(value))
            return $"Header '{Shown(name)}' may hold printable ASCII characters and tabs, and no line breaks or other control characters";
        return isNew && value == WebhookInput.Masked ? NothingMasked(name) : null;
    }

    private static string Shown(string name) => name.Length <= LongestNameShown ? name : $"{name[..LongestNameShown]}...";
}
