using Etcdserverpb;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeyOnlyReadsTests
{
    private const int AtOnce = 4;

    private readonly KeyOnlyReads _reads = new(key => key.ToString(), TimeProvider.System);
    private readonly List<TaskCompletionSource<RangeResponse>> _begun = [];

    [Test]
    public async Task Owners_take_turns()
    {
        var many = Enumerable.Range(0, 20).Select(_ => Read("us")).ToList();
        var other = Read("others");
        Assert.That(_begun, Has.Count.EqualTo(AtOnce));

        // The first turn is that of the owner that has waited longest.
        Answer(0);
        await Begun(AtOnce + 1);
        Answer(1);
        await Begun(AtOnce + 2);
        Answer(AtOnce + 1);

        await other;
        Assert.That(many.Count(read => read.IsCompleted), Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task A_read_that_gives_up_leaves_its_turn_to_the_next()
    {
        using var givesUp = new CancellationTokenSource();
        for (var i = 0; i < AtOnce; i++)
            _ = Read("us");
        var impatient = Read("us", givesUp.Token);
        var next = Read("us");

        await givesUp.CancelAsync();
        Assert.That(() => impatient, Throws.InstanceOf<OperationCanceledException>());
        Answer(0);
        await Begun(AtOnce + 1);
        Answer(AtOnce);

        await next;
    }

    private Task<(RangeResponse, int)> Read(string owner, CancellationToken cancellationToken = default) => _reads.Read(
        KeyRange.Prefix(StoreKey.FromText(owner)), limit: 1,
        () =>
        {
            var answer = new TaskCompletionSource<RangeResponse>();
            lock (_begun)
                _begun.Add(answer);
            return answer.Task;
        },
        cancellationToken);

    private void Answer(int read)
    {
        lock (_begun)
            _begun[read].SetResult(new RangeResponse());
    }

    private Task Begun(int count) => Eventually.Holds(
        () =>
        {
            lock (_begun)
                return _begun.Count == count;
        },
        $"{count} reads have begun");
}
