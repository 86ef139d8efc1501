using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Fuzz;

/// <summary>
/// Whatever is sent, nothing meets a fault in Kv. <c>KV_FUZZ_SEED</c> and <c>KV_FUZZ_REQUESTS</c> make other requests,
/// and more of them.
/// </summary>
[NonParallelizable]
internal sealed class FuzzTests(Engine engine) : AccessTest(engine)
{
    private const int DefaultSeed = 20260101;
    private const int DefaultRequests = 10_000;
    private const int AtOnce = 16;

    // Much less than the requests themselves take together.
    private const long MostMemory = 32 * 1024 * 1024;

    // The store is away or full, a webhook calls Kv, and a version of HTTP that the server does not speak.
    private static readonly int[] Allowed = [503, 507, 508, 505];

    // A store that is asked too much may be away for a moment; more would hide what is looked for.
    private const int OnePartIn = 50;

    protected override (string Name, string? Value)[] Settings =>
    [
        ("AUTH", "apikey"), ("AUDIT", "store"), ("WEBHOOK_TARGETS", "private"),
        ("DEFAULT_WEBHOOK_TIMEOUT_SECONDS", "1"), ("QUOTA_KEYS", "1000"),
        ("MAX_WEBHOOKS_ALLOWED", "50"),
    ];

    [Test]
    public async Task Nothing_that_is_sent_meets_a_fault()
    {
        var (seed, count) = (Number("KV_FUZZ_SEED", DefaultSeed), Number("KV_FUZZ_REQUESTS", DefaultRequests));
        var requests = new RandomRequests(await Calls(), await Administrator(), seed);
        // What is made once and kept is there then.
        await Send(requests, seed, 0, count / 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var statuses = await Send(requests, seed, count / 10, count);

        var after = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Out.WriteLine($"Seed {seed}: {string.Join(", ", statuses.GroupBy(one => one).OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Count()}x"))}");
        Assert.That(after - before, Is.LessThan(MostMemory), "what is kept in memory");
        Assert.That(statuses.Count(status => status == 503), Is.LessThan(count / OnePartIn));
        Assert.That(
            statuses.Count(status => status is >= 200 and < 300), Is.GreaterThan(count / 10),
            "not all is refused at the door");
    }

    private async Task<ConcurrentBag<int>> Send(RandomRequests requests, int seed, int from, int to)
    {
        var statuses = new ConcurrentBag<int>();
        var faults = new ConcurrentQueue<string>();
        await Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var request = requests.Make(number);
            try
            {
                var status = await FuzzConnection.Send(Host.Address, request);
                statuses.Add(status ?? 0);
                if (status is >= 500 && !Allowed.Contains(status.Value))
                    faults.Enqueue($"{status} to request {number} of seed {seed}:\n{Printed(request)}");
            }
            catch (TimeoutException)
            {
                faults.Enqueue($"No answer to request {number} of seed {seed}:\n{Printed(request)}");
            }
        });
        Assert.That(faults, Is.Empty, string.Join("\n\n", faults.Take(5)));
        return statuses;
    }

    // For a shell: printf '...' | nc localhost 8080
    private static string Printed(byte[] request)
    {
        var text = new StringBuilder("printf '");
        foreach (var one in request)
            if (one is >= 0x20 and < 0x7f and not ((byte)'\'' or (byte)'\\' or (byte)'%'))
                text.Append((char)one);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\{Convert.ToString(one, 8).PadLeft(3, '0')}");
        return text.Append('\'').ToString();
    }

    private async Task<ApiCall[]> Calls()
    {
        var document = await Host.Http.GetStringAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative));
        return ApiCall.Of(JsonNode.Parse(document)!);
    }

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : fallback;
}
