namespace Kv.Domain.Tenants;

/// <summary>
/// The owner of keys and webhooks: a namespace and an app name. A tenant cannot access another tenant's data.
/// </summary>
/// <exception cref="ArgumentException">A name is malformed (see <see cref="IsName"/>).</exception>
public sealed record Tenant(string Namespace, string AppName)
{
    /// <summary>The namespace; never empty.</summary>
    public string Namespace { get; } = IsName(Namespace)
        ? Namespace
        : throw new ArgumentException("Not a namespace.", nameof(Namespace));

    /// <summary>The name of the app within the namespace; never empty.</summary>
    public string AppName { get; } = IsName(AppName)
        ? AppName
        : throw new ArgumentException("Not an app name.", nameof(AppName));

    /// <summary>
    /// Whether a text is a valid namespace or app name: not empty, without '/', '*' and control characters. With a
    /// slash, (a/b, c) and (a, b/c) would share their keys in the store.
    /// </summary>
    public static bool IsName(string text) =>
        text.Length > 0
        && text.AsSpan().IndexOfAny('/', '*') < 0
        && !Text.HasControlCharacter(text)
        && Text.IsWellFormed(text);
}
