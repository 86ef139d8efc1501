namespace Kv.Domain.Access;

/// <summary>All grants of a caller. Everything that no grant allows is forbidden.</summary>
public sealed class Grants(bool isAdministrator, IReadOnlyList<Grant> granted)
{
    /// <summary>Allows everything.</summary>
    public static readonly Grants All = new(isAdministrator: true, []);

    /// <summary>Allows nothing.</summary>
    public static readonly Grants None = new(isAdministrator: false, []);

    /// <summary>Whether the caller may do everything, and manage API keys.</summary>
    public bool IsAdministrator => isAdministrator;

    /// <summary>The grants. Each is judged on its own: two grants never combine into a third.</summary>
    public IReadOnlyList<Grant> Granted => granted;

    /// <summary>
    /// Whether any grant applies to a tenant and includes a verb; with <see cref="AccessVerbs.None"/>, any verb.
    /// </summary>
    public bool Cover(string @namespace, string appName, AccessVerbs verb = AccessVerbs.None)
    {
        if (isAdministrator)
            return true;
        foreach (var grant in granted)
            if (grant.Verbs.HasFlag(verb) && grant.Covers(@namespace, appName))
                return true;
        return false;
    }

    /// <summary>Whether a verb is allowed on a tenant's key, or on all keys with a prefix.</summary>
    /// <param name="verb">A single verb.</param>
    /// <param name="keyOrPrefix">The key, or the prefix of the keys (empty for all keys).</param>
    public bool Allow(AccessVerbs verb, string @namespace, string appName, string keyOrPrefix)
    {
        if (isAdministrator)
            return true;
        foreach (var grant in granted)
            if (grant.Allows(verb, @namespace, appName, keyOrPrefix))
                return true;
        return false;
    }
}
