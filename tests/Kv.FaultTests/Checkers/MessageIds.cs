using System.Globalization;

namespace Kv.FaultTests.Checkers;

/// <summary>Reads a <c>webhook-id</c>: <c>msg_{webhook}_{revision}_{hash of the key}</c>.</summary>
internal static class MessageIds
{
    /// <summary>The revision of the change that it is about; null when it is not written so.</summary>
    public static long? Revision(string id) =>
        id.Split('_') is ["msg", _, var revision, _]
            && long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
