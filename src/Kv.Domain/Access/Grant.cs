namespace Kv.Domain.Access;

/// <summary>Verbs on the keys that start with a prefix, in one tenant or in many.</summary>
public sealed record Grant
{
    /// <summary>Matches every namespace, or every app. No tenant's name contains it.</summary>
    public const string Any = "*";

    /// <exception cref="ArgumentException">
    /// A name is malformed (see <see cref="IsName"/>), or the prefix has no UTF-8 form.
    /// </exception>
    public Grant(string @namespace, string appName, string prefix, AccessVerbs verbs)
    {
        if (!IsName(@namespace))
            throw new ArgumentException("Neither a namespace nor '*'.", nameof(@namespace));
        if (!IsName(appName))
            throw new ArgumentException("Neither an app name nor '*'.", nameof(appName));
        if (!Text.IsWellFormed(prefix))
            throw new ArgumentException("Not a prefix.", nameof(prefix));
        Namespace = @namespace;
        AppName = appName;
        Prefix = prefix;
        Verbs = verbs;
    }

    /// <summary>The namespace, or <see cref="Any"/>.</summary>
    public string Namespace { get; }

    /// <summary>The app, or <see cref="Any"/>.</summary>
    public string AppName { get; }

    /// <summary>The prefix of the keys; empty for all keys.</summary>
    public string Prefix { get; }

    /// <summary>The allowed verbs.</summary>
    public AccessVerbs Verbs { get; }

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
