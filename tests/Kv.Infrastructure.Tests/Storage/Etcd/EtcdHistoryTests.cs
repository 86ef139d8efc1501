using Etcdserverpb;
using Grpc.Core;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Etcd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kv.Infrastructure.Tests.Storage.Etcd;

/// <summary>Which answers show that etcd was restored, and which do not.</summary>
internal sealed class EtcdHistoryTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private EtcdHistory _history = null!;
    private int _restored;

    [SetUp]
    public void Begin()
    {
        _history = new EtcdHistory(_time, NullLogger.Instance);
        _restored = 0;
        _history.Restored += () => _restored++;
    }

    [Test]
    public void Answers_of_one_cluster_whose_revisions_rise_are_one_epoch()
    {
        var ended = _history.Now().State.Ended;
        Answer(cluster: 7, revision: 10);
        Answer(cluster: 7, revision: 10);
        Answer(cluster: 7, revision: 11);

        Assert.That((_history.Epoch, _restored, ended.IsCancellationRequested), Is.EqualTo((Epoch.First, 0, false)));
    }

    [Test]
    public async Task Another_cluster_begins_another_epoch()
    {
        var ended = _history.Now().State.Ended;
        Answer(cluster: 7, revision: 10);
        _time.Advance(Silence);
        Answer(cluster: 8, revision: 90, isLinearizable: false);

        Assert.That((_history.Epoch, _restored), Is.EqualTo((new Epoch(1, Since: 90), 1)));
        await Kv.Testing.Eventually.Holds(() => ended.IsCancellationRequested, "the epoch has ended");
        Assert.That(_history.Now().State.Ended.IsCancellationRequested, Is.False);
    }

    [Test]
    public void While_a_cluster_answers_the_answers_of_another_one_are_ignored()
    {
        Answer(cluster: 7, revision: 10);
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(Silence / 2);
            Assert.That(() => Answer(cluster: 8, revision: 5), Throws.TypeOf<RpcException>());
            Answer(cluster: 7, revision: 10 + i);
        }

        Assert.That((_history.Epoch, _restored), Is.EqualTo((Epoch.First, 0)));
    }

    [Test]
    public void A_linearizable_answer_below_a_revision_that_was_seen_before_begins_another_epoch()
    {
        Answer(cluster: 7, revision: 10);
        Answer(cluster: 7, revision: 9);

        Assert.That((_history.Epoch, _restored), Is.EqualTo((new Epoch(1, Since: 9), 1)));
    }

    [Test]
    public void A_member_that_lags_behind_begins_no_other_epoch()
    {
        Answer(cluster: 7, revision: 10);
        Answer(cluster: 7, revision: 9, isLinearizable: false);

        Assert.That((_history.Epoch, _restored), Is.EqualTo((Epoch.First, 0)));
    }

    [Test]
    public void An_answer_to_a_call_from_before_a_later_revision_was_seen_begins_no_other_epoch()
    {
        Answer(cluster: 7, revision: 10);
        var asked = _history.Now();
        Answer(cluster: 7, revision: 12);
        _history.Observe(asked, Header(cluster: 7, revision: 11), isLinearizable: true);

        Assert.That((_history.Epoch, _restored), Is.EqualTo((Epoch.First, 0)));
    }

    [Test]
    public void A_late_answer_of_the_former_epoch_does_not_change_the_present_one()
    {
        Answer(cluster: 7, revision: 10);
        var asked = _history.Now();
        _time.Advance(Silence);
        Answer(cluster: 8, revision: 5);
        _time.Advance(Silence);
        _history.Observe(asked, Header(cluster: 7, revision: 11), isLinearizable: true);
        _history.Observe(asked, Header(cluster: 9, revision: 1), isLinearizable: true);
        Answer(cluster: 8, revision: 6);

        Assert.That((_history.Epoch, _restored), Is.EqualTo((new Epoch(1, Since: 5), 1)));
    }

    [Test]
    public void A_change_that_is_missing_begins_another_epoch_once()
    {
        Answer(cluster: 7, revision: 10);
        var asked = _history.Now();
        _history.ReportMissing(asked, 12);
        _history.ReportMissing(asked, 12);

        Assert.That((_history.Epoch, _restored), Is.EqualTo((new Epoch(1, Since: 12), 1)));
        Answer(cluster: 7, revision: 12);
        Assert.That(_restored, Is.EqualTo(1));
    }

    private void Answer(ulong cluster, long revision, bool isLinearizable = true) =>
        _history.Observe(_history.Now(), Header(cluster, revision), isLinearizable);

    private static ResponseHeader Header(ulong cluster, long revision) => new()
    {
        ClusterId = cluster,
        Revision = revision,
    };
}
