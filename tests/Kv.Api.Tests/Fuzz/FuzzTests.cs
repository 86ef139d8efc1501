using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kv.Api.Tests.Access;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Fuzz;

/// <summary>
/// No request causes a fault in Kv. <c>KV_FUZZ_SEED</c> and <c>KV_FUZZ_REQUESTS</c> make other requests, and more of
/// them.
/// </summary>
[NonParallelizable]
internal sealed class FuzzTests(Engine engine) : AccessTest(engine)
{
    private const int DefaultSeed = 20260101;
    private const int DefaultRequests = 10_000;
    private const int AtOnce = 16;
    private const int Heads = 1_000;

    // Much less than the requests themselves take together.
    private const long MostMemory = 32 * 1024 * 1024;

    // The store is away or full, a webhook calls Kv, and a version of HTTP that the server does not speak.
    private static readonly int[] Allowed = [503, 507, 508, 505];

    // An overloaded store may be away for a moment. More such answers would hide faults.
    private const int OnePartIn = 50;

    protected override (string Name, string? Value)[] Settings =>
    [
        ("AUTH", "apikey"), ("AUDIT", "store"), ("WEBHOOK_TARGETS", "private"),
        ("DEFAULT_WEBHOOK_TIMEOUT_SECONDS", "1"), ("QUOTA_KEYS", "1000"),
        ("MAX_WEBHOOKS_ALLOWED", "50"), ("HTTP2_CLEARTEXT", "true"), ("HTTP2_PORT", "0"),
    ];

    [Test]
    public async Task No_request_causes_a_fault()
    {
        var (seed, count) = (Number("KV_FUZZ_SEED", DefaultSeed), Number("KV_FUZZ_REQUESTS", DefaultRequests));
        var requests = new RandomRequests(await Calls(), await Administrator(), seed);
        // Graphical clients of etcd write such an entry for a folder.
        if (Engine == Engine.Etcd)
            await EtcdKeys.Put(await SharedEtcd.Get(), EtcdKeys.Of(Host, Kv, ""), "folder"u8.ToArray());
        // By then Kv has allocated everything that it keeps.
        await Send(requests, seed, 0, count / 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var statuses = await Send(requests, seed, count / 10, count);

        var after = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Out.WriteLine($"Seed {seed}: {string.Join(", ", statuses.GroupBy(one => one).OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Count()}x"))}");
        Assert.That(after - before, Is.LessThan(MostMemory), "bytes kept in memory");
        Assert.That(statuses.Count(status => status == 503), Is.LessThan(count / OnePartIn));
        Assert.That(
            statuses.Count(status => status == 0), Is.LessThan(count / OnePartIn), "requests without an answer");
        Assert.That(
            statuses.Count(status => status is >= 200 and < 300), Is.GreaterThan(count / 10),
            "enough requests succeed");
    }

    [Test]
    public async Task No_HEAD_over_HTTP_2_causes_a_fault_or_breaks_its_stream()
    {
        var (seed, tenant) = (Number("KV_FUZZ_SEED", DefaultSeed), await Administrator());
        var requests = new RandomRequests(await Calls(), tenant, seed);
        var faults = new ConcurrentQueue<string>();
        var statuses = new ConcurrentBag<int>();
        await Parallel.ForAsync(0, Heads, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var target = requests.Target(number);
            // Kestrel itself resets the stream of a path with a NUL.
            if (!target.StartsWith('/') || target.Contains("%00", StringComparison.Ordinal)
                || !Uri.TryCreate(Host.Http2Address, target, out var address)
                || address.Authority != Host.Http2Address.Authority)
                return;
            using var request = new HttpRequestMessage(HttpMethod.Head, address)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Headers = { { "KV-Namespace", tenant.Namespace }, { "KV-App-Name", tenant.AppName } },
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tenant.Credential);
            try
            {
                using var answer = await Host.Http.SendAsync(request, CancellationToken.None);
                var (status, body) = ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(default));
                statuses.Add(status);
                if (body.Length > 0 || (status >= 500 && !Allowed.Contains(status)))
                    faults.Enqueue($"{status} with {body.Length} bytes to HEAD {target}");
            }
            catch (HttpRequestException error)
            {
                faults.Enqueue($"{error.Message} to HEAD {target}");
            }
        });

        Assert.That(faults, Is.Empty, string.Join('\n', faults.Take(5)));
        Assert.That(statuses, Has.Some.EqualTo(200).And.Some.EqualTo(400).And.Some.EqualTo(405));
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
