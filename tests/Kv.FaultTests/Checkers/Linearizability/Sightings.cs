using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>Reads the states of keys from answers.</summary>
internal static class Sightings
{
    /// <summary>The state that the answer to a read of one key shows; null when it shows none.</summary>
    public static Sighting? OfRead(Call call) => call.Answer switch
    {
        { Status: 200 } answer => Of(Single(answer, call.Operations[0].Key), call.IsRaw || call.IsHead),
        { Status: 404 } => Sighting.None,
        { Status: 304 } => Known(call),
        _ => null,
    };

    /// <summary>The state that a read shows, whether it found the key or not.</summary>
    public static Sighting Of(KeyAnswer item, bool isRaw = false) => item.Status == 404
        ? Sighting.None
        : new Sighting(true, item.Value, item.ETag, isRaw ? null : Expiry.At(item.ExpireAt));

    /// <summary>The state of the one key of a call; its headers take precedence.</summary>
    public static KeyAnswer Single(Answer answer, string key)
    {
        var item = answer.Keys is [var one] ? one : new KeyAnswer(key, answer.Status);
        return item with { Status = answer.Status, ETag = answer.ETag ?? item.ETag };
    }

    // The key is as the reader knows it: one that is not there, where it knows revision 0.
    private static Sighting? Known(Call call) =>
        call.Conditions is [{ Kind: ConditionKind.NotWrittenAt, Revision: { } known }]
        ? known == 0 ? Sighting.None : new Sighting(true, ETag: known)
        : null;
}
