using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers.Linearizability;

/// <summary>Reads what answers show of keys.</summary>
internal static class Sightings
{
    /// <summary>What the answer to a read of one key shows; null when it shows nothing.</summary>
    public static Sighting? OfRead(Call call) => call.Answer switch
    {
        { Status: 200 } answer => Of(Single(answer, call.Operations[0].Key), call.IsRaw || call.IsHead),
        { Status: 404 } => Sighting.None,
        { Status: 304 } => Known(call),
        _ => null,
    };

    /// <summary>What a read that found or did not find the key shows.</summary>
    public static Sighting Of(KeyAnswer told, bool isRaw = false) => told.Status == 404
        ? Sighting.None
        : new Sighting(true, told.Value, told.ETag, isRaw ? null : Expiry.At(told.ExpireAt));

    /// <summary>What is told of the one key of a call; what its headers say comes first.</summary>
    public static KeyAnswer Single(Answer answer, string key)
    {
        var told = answer.Keys is [var one] ? one : new KeyAnswer(key, answer.Status);
        return told with { Status = answer.Status, ETag = answer.ETag ?? told.ETag };
    }

    // The key is as the reader knows it: one that is not there, where it knows revision 0.
    private static Sighting? Known(Call call) =>
        call.Conditions is [{ Kind: ConditionKind.NotWrittenAt, Revision: { } known }]
        ? known == 0 ? Sighting.None : new Sighting(true, ETag: known)
        : null;
}
