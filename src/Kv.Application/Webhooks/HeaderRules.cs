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
    public static string NoStoredValue(string name) =>
        $"Header '{Text.Shown(name)}' is masked, but no value is stored: send the value";

    /// <summary>
    /// The error for a masked value when the endpoint gets another origin: hidden values must not be sent there.
    /// </summary>
    public static string NewOrigin(string name) =>
        $"Header '{Text.Shown(name)}' is masked: send it again, because the endpoint moves to another origin";

    private static string? Error(string name, string value, HeaderPolicy policy, bool isNew)
    {
        if (!Text.IsHeaderName(name))
            return $"Header '{Text.Shown(name)}' has an invalid name: use letters, digits and -_.~!#$%&'*+^`|";
        if (name.Length > WebhookSettings.MaxHeaderLength)
            return $"Header '{Text.Shown(name)}' has a name that is too long "
                + $"(max {WebhookSettings.MaxHeaderLength} characters)";
        if (policy.IsReserved(name))
            return $"Header '{name}' is reserved";
        if (value.Length > WebhookSettings.MaxHeaderLength)
            return $"Header '{Text.Shown(name)}' is too long (max {WebhookSettings.MaxHeaderLength} characters)";
        if (!WebhookSettings.IsHeaderValue(value))
            return $"Header '{Text.Shown(name)}' may hold printable ASCII characters and tabs, "
                + $"and no line breaks or other control characters";
        return isNew && value == WebhookInput.Masked ? NoStoredValue(name) : null;
    }
}
