namespace Kv.Infrastructure.Storage;

/// <summary>
/// Lets scans of the past take turns: a scan makes the store read every change of the scanned time, of all tenants.
/// etcd reads the past once for all watches that have just begun, and answers nothing else meanwhile. So scans begin
/// together, in <see cref="ScanRounds">rounds</see>. After a round of long scans, other calls have the store for ten
/// times the round's duration, at most a second.
/// </summary>
internal sealed class ScanTurns(TimeProvider time)
{
    // etcd reads this many revisions within milliseconds.
    private const long ShortScan = 2_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ScanRounds _short = new(pause: 0, time);
    private readonly ScanRounds _long = new(pause: 10, time);

    /// <summary>Waits without a limit for the turn of a scan. Disposing the turn ends it.</summary>
    /// <param name="revisions">How many revisions the store reads.</param>
    public Task<IDisposable> Enter(Tenant tenant, long revisions, CancellationToken cancellationToken) =>
        EnterWithin(tenant, revisions, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits like <see cref="Enter"/>, but only for a short time.</summary>
    /// <exception cref="TooManyScansException">Other scans hold all turns.</exception>
    public Task<IDisposable> EnterSoon(Tenant tenant, long revisions, CancellationToken cancellationToken) =>
        EnterWithin(tenant, revisions, Patience, cancellationToken);

    private async Task<IDisposable> EnterWithin(
        Tenant tenant, long revisions, TimeSpan patience, CancellationToken cancellationToken)
    {
        var rounds = revisions > ShortScan ? _long : _short;
        try
        {
            await rounds.Enter(tenant, patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TooManyScansException();
        }
        return new Turn(rounds);
    }

    private sealed class Turn(ScanRounds rounds) : IDisposable
    {
        public void Dispose() => rounds.Leave();
    }
}
