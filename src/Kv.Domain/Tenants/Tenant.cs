namespace Kv.Domain.Tenants;

/// <summary>
/// Whose keys these are: a namespace and an app name. Tenants cannot see each other.
/// </summary>
public sealed record Tenant
{
    private Tenant(string @namespace, string appName)
    {
        Namespace = @namespace;
        AppName = appName;
    }

    /// <summary>The namespace; never empty.</summary>
    public string Namespace { get; }

    /// <summary>The name of the app within the namespace; never empty.</summary>
    public string AppName { get; }

    /// <summary>Makes a tenant of two names.</summary>
    /// <exception cref="ArgumentException">A name is not one (see <see cref="IsName"/>).</exception>
    public static Tenant Of(string @namespace, string appName)
    {
        if (!IsName(@namespace))
            throw new ArgumentException("Not a namespace.", nameof(@namespace));
        if (!IsName(appName))
            throw new ArgumentException("Not an app name.", nameof(appName));
        return new Tenant(@namespace, appName);
    }

    /// <summary>
    /// Whether a text can name a tenant: not empty, and without '/', '*' and control characters. With a slash,
    /// (a/b, c) and (a, b/c) would share their keys in the store.
    /// </summary>
    public static bool IsName(string text) =>
        text.Length > 0
        && text.AsSpan().IndexOfAny('/', '*') < 0
        && !Text.HasControlCharacter(text)
        && Text.IsWellFormed(text);
}
