using Kv.Testing;

namespace Kv.FaultTests.Webhooks;

/// <summary>
/// How a failing receiver answers: for each webhook and key it is drawn from the seed, and drawn anew every
/// second or so. A key may hang while its neighbour is refused and a third is accepted.
/// </summary>
internal sealed class Moods(int seed)
{
    private const long MoodMicroseconds = 1_500_000;

    /// <summary>
    /// The answer to a call about a key at a time of the run, and its status; null when it has none.
    /// </summary>
    public (ReceiverAnswer Answer, int? Status) At(long now, string path, string key)
    {
        var random = new Random(Hash(seed, now / MoodMicroseconds, $"{path} {key}"));
        return random.Next(10) switch
        {
            < 5 => (ReceiverAnswer.Ok, 200),
            5 => (ReceiverAnswer.Status(500), 500),
            6 => (ReceiverAnswer.Status(503, "", ("Retry-After", "1")), 503),
            7 => (ReceiverAnswer.Hang, null),
            8 => (ReceiverAnswer.Close, null),
            _ => (ReceiverAnswer.Ok.When(Task.Delay(random.Next(100, 900))), 200),
        };
    }

    // The same in every process.
    private static int Hash(int seed, long slot, string text)
    {
        unchecked
        {
            var hash = seed * 486_187_739 + (int)slot;
            foreach (var one in text)
                hash = hash * 31 + one;
            return hash;
        }
    }
}
