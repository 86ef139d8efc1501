namespace Kv.Domain.Access;

/// <summary>Verbs on the keys that start with a prefix, in one tenant or in many.</summary>
/// <exception cref="ArgumentException">
/// A name is malformed (see <see cref="IsName"/>), or the prefix has no UTF-8 form.
/// </exception>
public sealed record Grant(string Namespace, string AppName, string Prefix, AccessVerbs Verbs)
{
    /// <summary>Matches every namespace, or every app. No tenant's name contains it.</summary>
    public const string Any = "*";

    /// <summary>The namespace, or <see cref="Any"/>.</summary>
    public string Namespace { get; } = IsName(Namespace)
        ? Namespace
        : throw new ArgumentException("Neither a namespace nor '*'.", nameof(Namespace));

    /// <summary>The app, or <see cref="Any"/>.</summary>
    public string AppName { get; } = IsName(AppName)
        ? AppName
        : throw new ArgumentException("Neither an app name nor '*'.", nameof(AppName));

    /// <summary>The prefix of the keys; empty for all keys.</summary>
    public string Prefix { get; } = Text.IsWellFormed(Prefix)
        ? Prefix
        : throw new ArgumentException("Not a prefix.", nameof(Prefix));

    /// <summary>Whether a text is a valid namespace or app name, or <see cref="Any"/>.</summary>
    public static bool IsName(string text) => text == Any || Tenant.IsName(text);

    /// <summary>
    /// Parses a grant as a token carries it: <c>namespace/app:verbs</c> or <c>namespace/app:verbs:prefix</c>,
    /// with commas between the verbs. The names and the prefix are percent-encoded where they contain a space,
    /// <c>%</c>, <c>/</c> or <c>:</c>.
    /// </summary>
    /// <returns>The grant; null when the text is malformed.</returns>
    public static Grant? TryParse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var verbs = slash < 0 ? -1 : text.IndexOf(':', slash);
        if (verbs < 0)
            return null;
        var prefix = text.IndexOf(':', verbs + 1);
        var names = text[(verbs + 1)..(prefix < 0 ? text.Length : prefix)].Split(',');
        var (space, app) = (Uri.UnescapeDataString(text[..slash]), Uri.UnescapeDataString(text[(slash + 1)..verbs]));
        var start = prefix < 0 ? "" : Uri.UnescapeDataString(text[(prefix + 1)..]);
        return AccessVerbNames.TryParse(names) is { } granted && IsName(space) && IsName(app)
            && Text.IsWellFormed(start)
            ? new Grant(space, app, start, granted)
            : null;
    }

    /// <summary>Whether the grant applies to a tenant.</summary>
    public bool Covers(string @namespace, string appName) =>
        (Namespace == Any || Namespace.Equals(@namespace, StringComparison.Ordinal))
        && (AppName == Any || AppName.Equals(appName, StringComparison.Ordinal));

    /// <summary>Whether the grant allows a verb on a tenant's key, or on all keys with a prefix.</summary>
    public bool Allows(AccessVerbs verb, string @namespace, string appName, string keyOrPrefix) =>
        Verbs.HasFlag(verb) && Covers(@namespace, appName) && keyOrPrefix.StartsWith(Prefix, StringComparison.Ordinal);

    public override string ToString() =>
        $"{Uri.EscapeDataString(Namespace)}/{Uri.EscapeDataString(AppName)}:"
        + $"{string.Join(',', AccessVerbNames.From(Verbs))}"
        + (Prefix.Length == 0 ? "" : $":{Uri.EscapeDataString(Prefix)}");
}
