using Kv.Domain.Deliveries;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Deliveries;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Testing;

namespace Kv.Infrastructure.Tests.Dispatching;

/// <summary>
/// Changes, replays, receivers that hang and fail, and leaders that stop or are killed at any call of the store, all
/// drawn from a seed. Every change is delivered, the first time in the order of its key, and nothing is left.
/// </summary>
internal sealed class RandomTakeoverTests(EngineUnderTest engine) : LeadTest(engine)
{
    private const int Leaders = 6;
    private const int Keys = 4;

    private readonly List<DeliveryId> _expected = [];

    protected override DeliveryOptions Options => base.Options with { LaneCapacity = 20 };

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_change_is_delivered_in_order_and_nothing_is_left([Values(1, 2)] int seed)
    {
        var random = new Random(seed);
        var webhook = await Register();
        var start = await Write("k0");
        await SaveCursor(start);
        _expected.Clear();
        for (var term = 0; term < Leaders; term++)
        {
            Receive = Moody(random.Next());
            var leader = await StartLeader(Slow(random.Next()));
            var calls = Calls.Count;
            for (var step = random.Next(40, 120); step > 0; step--)
                await Step(leader, webhook, random, start);
            await Eventually.Holds(() => Calls.Count > calls, "it delivers a change", Patience);
            await (random.Next(3) == 0 ? leader.Stop() : leader.Kill());
        }
        Receive = Accept;
        var last = await StartLeader();
        await UntilDelivered(last, webhook, _expected);

        AssertOrder();
        await Eventually.Holds(() => last.Status.SettledRevision >= _expected[^1].Revision, "all is settled", Patience);
    }

    private async Task Step(Replica leader, Webhook webhook, Random random, long start)
    {
        switch (random.Next(40))
        {
            case 0:
                await leader.Deliveries.Replay(
                    webhook, random.NextInt64(start, _expected.Count == 0 ? start + 1 : _expected[^1].Revision),
                    Enough);
                break;
            case 1 when await Pending(webhook) is [.., var pending]:
                await leader.Deliveries.Redeliver(webhook.Tenant, pending, Enough);
                break;
            case < 5:
                await Task.Delay(random.Next(30), Enough);
                break;
            default:
                var key = $"k{random.Next(Keys)}";
                _expected.Add(Id(webhook, await Write(key), key));
                break;
        }
    }

    // A receiver that hangs on some calls, and refuses others.
    private static Func<DeliveryId, DeliveryEvent, CancellationToken, Task<bool>> Moody(int seed)
    {
        var random = new Random(seed);
        return (_, _, token) =>
        {
            int mood;
            lock (random)
                mood = random.Next(100);
            return mood switch
            {
                < 3 => Hang(token),
                < 40 => Task.FromResult(false),
                _ => Task.FromResult(true),
            };
        };
    }

    // Pages, commits and changes take a random time.
    private static Action<MortalStore> Slow(int seed) => store =>
    {
        var random = new Random(seed);
        store.AfterRange = _ => Pause();
        store.BeforeCommit = _ => Pause();
        store.BeforeChange = _ => Pause();

        Task Pause()
        {
            lock (random)
                return random.Next(4) == 0 ? Task.Delay(random.Next(15)) : Task.CompletedTask;
        }
    };
}
