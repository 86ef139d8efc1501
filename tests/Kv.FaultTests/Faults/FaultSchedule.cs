using Kv.FaultTests.Deployments;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Faults;

/// <summary>
/// Makes faults happen, one after the other, with a pause between two. Each kind happens once before any happens again.
/// In some runs faults of links happen beside them. The faults, their targets and their durations come only from the
/// seed.
/// </summary>
internal sealed class FaultSchedule(
    Deployment deployment, IReadOnlyList<FaultKind> kinds, int seed, Recorder recorder) : IDisposable
{
    private readonly SemaphoreSlim _alone = new(1);

    /// <summary>Runs until it is cancelled, and returns when all faults are undone.</summary>
    public Task Run(CancellationToken over)
    {
        var links = kinds.Where(kind => kind.Name.StartsWith("link", StringComparison.Ordinal)).ToList();
        return seed % 2 == 1 && links.Count > 0 && links.Count < kinds.Count
            ? Task.WhenAll(Lane(kinds, 0, over), Lane(links, 1, over))
            : Lane(kinds, 0, over);
    }

    public void Dispose() => _alone.Dispose();

    private async Task Lane(IReadOnlyList<FaultKind> possible, int lane, CancellationToken over)
    {
        var next = new Queue<FaultKind>();
        for (var number = 0; possible.Count > 0; number++)
        {
            // Each fault draws from numbers of its own: one that draws more than another time changes nothing for the
            // next.
            var scene = new FaultScene(new Random(HashCode(seed, lane, number)), recorder, over);
            if (next.Count == 0)
                next = new Queue<FaultKind>(scene.Pick(possible, possible.Count));
            var kind = next.Dequeue();
            try
            {
                await Task.Delay(scene.Between(0.3, 2), over);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Happen(kind, scene, takesTurn: kind.IsAlone || lane > 0);
        }
    }

    private async Task Happen(FaultKind kind, FaultScene scene, bool takesTurn)
    {
        if (takesTurn)
            await _alone.WaitAsync();
        try
        {
            await kind.Happen(deployment, scene);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or TaskCanceledException)
        {
            // etcd refuses some calls while it has no leader. Healing at the end completes them.
            scene.Note("not-done", kind.Name, e.Message);
        }
        finally
        {
            if (takesTurn)
                _alone.Release();
        }
    }

    // The same in every process, which System.HashCode is not.
    private static int HashCode(int seed, int lane, int number) => unchecked((seed * 31 + lane) * 1_000_003 + number);
}
