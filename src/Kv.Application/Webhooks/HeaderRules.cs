using Kv.Domain;
using Kv.Domain.Webhooks;

namespace Kv.Application.Webhooks;

/// <summary>Rules for a webhook's headers. Errors name the header and never contain its value.</summary>
internal static class HeaderRules
{
    public static string? FirstError(IReadOnlyDictionary<string, string> headers, HeaderPolicy policy, bool isNew) =>
        headers.Count > WebhookSettings.MaxHeaders
            ? $"Too many headers (max {WebhookSettings.MaxHeaders})"
            : headers.Select(header => Error(header.Key, header.Value, policy, isNew))
                .FirstOrDefault(error => error is not null);

    /// <summary>The error for a masked value without a stored one.</summary>
    public static string NothingMasked(string name) =>
        $"Header '{Text.Shown(name)}' is masked, and there is no value that could stay as it is";

    /// <summary>
    /// The error for a masked value when the endpoint gets another origin: hidden values must not be sent there.
    /// </summary>
    public static string Moved(string name) =>
        $"Header '{Text.Shown(name)}' is masked and must be given anew, as the endpoint moves to another origin";

    private static string? Error(string name, string value, HeaderPolicy policy, bool isNew)
    {
        if (!Text.IsHeaderName(name))
            return $"Header '{Text.Shown(name)}' has a name that HTTP does not allow";
        if (name.Length > WebhookSettings.MaxHeaderLength)
            return $"Header '{Text.Shown(name)}' has too long a name "
                + $"(max {WebhookSettings.MaxHeaderLength} characters)";
        if (policy.IsReserved(name))
            return $"Header '{name}' is reserved";
        if (value.Length > WebhookSettings.MaxHeaderLength)
            return $"Header '{Text.Shown(name)}' is too long (max {WebhookSettings.MaxHeaderLength} characters)";
        if (!WebhookSettings.IsHeaderValue(value))
            return $"Header '{Text.Shown(name)}' may hold printable ASCII characters and tabs, "
                + $"and no line breaks or other control characters";
        return isNew && value == WebhookInput.Masked ? NothingMasked(name) : null;
    }
}
