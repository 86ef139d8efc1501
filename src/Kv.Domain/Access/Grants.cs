namespace Kv.Domain.Access;

/// <summary>All that a caller may do. What no grant allows is forbidden.</summary>
/// <param name="isAdministrator">Whether the caller may do everything, and manage API keys.</param>
/// <param name="granted">The grants, each for itself: no two of them add up to a third.</param>
public sealed class Grants(bool isAdministrator, IReadOnlyList<Grant> granted)
{
    /// <summary>Everything.</summary>
    public static readonly Grants All = new(isAdministrator: true, []);

    /// <summary>Nothing.</summary>
    public static readonly Grants None = new(isAdministrator: false, []);

    /// <summary>Whether the caller may do everything, and manage API keys.</summary>
    public bool IsAdministrator => isAdministrator;

    /// <summary>The grants.</summary>
    public IReadOnlyList<Grant> Granted => granted;

    /// <summary>Whether the caller may do something with some keys of a tenant: a verb, or anything at all.</summary>
    public bool Reach(string @namespace, string appName, AccessVerbs verb = AccessVerbs.None)
    {
        if (isAdministrator)
            return true;
        foreach (var grant in granted)
            if (grant.Verbs.HasFlag(verb) && grant.Covers(@namespace, appName))
                return true;
        return false;
    }

    /// <summary>Whether a verb is allowed on a tenant's key, or on all keys that start with a text.</summary>
    /// <param name="verb">One verb.</param>
    /// <param name="namespace">The tenant's namespace.</param>
    /// <param name="appName">The tenant's app.</param>
    /// <param name="keyOrPrefix">The key; or what the keys start with, where many are meant (empty for all of them).</param>
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
