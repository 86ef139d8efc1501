using System.Collections.Concurrent;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>Replicas are replaced one after the other while clients go on.</summary>
internal sealed class RollingUpdateTests
{
    private const int Replicas = 2;
    private const int Clients = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task No_request_fails_during_a_rolling_update()
    {
        var etcd = await SharedEtcd.Get();
        (string, string)[] settings =
            [("ETCD_ENDPOINTS", etcd.Endpoint), ("BASE_KEY_PREFIX", KvHost.Unique("test/")),
                ("STORE_TIMEOUT_SECONDS", "15"), ("SHUTDOWN_DRAIN_SECONDS", "5")];
        var replicas = new List<KvProcess>();
        try
        {
            for (var number = 0; number < Replicas; number++)
                replicas.Add(KvProcess.Start(settings));
            var addresses = new ConcurrentDictionary<int, Uri>();
            for (var slot = 0; slot < Replicas; slot++)
                addresses[slot] = await Ready(replicas[slot]);
            using var load = new Load(addresses);
            await load.Proceeds();

            for (var slot = 0; slot < Replicas; slot++)
            {
                var end = replicas[slot].Terminate();
                // A load balancer that checks readiness stops sending once a replica is not ready.
                await Eventually.Holds(async () => await Readiness(addresses[slot]) == 503, "readiness falls first");
                addresses.TryRemove(slot, out _);
                Assert.That(await end, Is.Zero, replicas[slot].Error);
                await load.Proceeds();
                var successor = KvProcess.Start(settings);
                replicas.Add(successor);
                addresses[slot] = await Ready(successor);
                await load.Proceeds();
            }

            await load.Stop();
            Assert.That(load.Failures, Is.Empty);
            foreach (var successor in replicas.Skip(Replicas))
            {
                var kv = await successor.Client();
                var read = (await kv.List("")).Json.EnumerateArray()
                    .ToDictionary(
                        item => item.GetProperty("key").GetString()!, item => item.GetProperty("value").GetString());
                Assert.That(read, Is.EquivalentTo(load.Written), "each key has the last value that was acknowledged");
            }
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }
    }

    private static async Task<Uri> Ready(KvProcess replica)
    {
        var address = await replica.Address();
        await Eventually.Holds(async () => await Readiness(address) == 200, "it is ready");
        return address;
    }

    private static async Task<int> Readiness(Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return (int)(await http.GetAsync(new Uri(address, "/readyz"))).StatusCode;
    }

    /// <summary>
    /// Clients that write and read without a pause, going round the replicas over connections that they keep.
    /// </summary>
    private sealed class Load : IDisposable
    {
        private readonly ConcurrentDictionary<int, Uri> _addresses;
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        private readonly CancellationTokenSource _over = new();
        private readonly Task[] _clients;
        private long _done;

        public Load(ConcurrentDictionary<int, Uri> addresses)
        {
            _addresses = addresses;
            _clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => Run(client)))];
        }

        public ConcurrentQueue<string> Failures { get; } = new();

        /// <summary>The last value that was acknowledged, by key.</summary>
        public ConcurrentDictionary<string, string> Written { get; } = new();

        /// <summary>Waits until every client can have gone round all replicas a few times.</summary>
        public Task Proceeds()
        {
            var until = Interlocked.Read(ref _done) + 20 * Replicas * Clients;
            return Eventually.Holds(() => Interlocked.Read(ref _done) >= until, "requests are answered", Patience);
        }

        public async Task Stop()
        {
            await _over.CancelAsync();
            await Task.WhenAll(_clients);
        }

        public void Dispose()
        {
            _over.Dispose();
            _http.Dispose();
        }

        private async Task Run(int client)
        {
            for (var round = 0; !_over.IsCancellationRequested; round++)
            {
                var (key, value) = ($"client-{client}", $"{round}");
                if (await Answered(client + round, kv => kv.Put(key, value)) is not { Status: 200 })
                    continue;
                Written[key] = value;
                if (await Answered(client + round + 1, kv => kv.Get(key)) is { Status: 200 } read
                    && read.Json.GetProperty("value").GetString() != value)
                    Failures.Enqueue($"{key} reads as {read.Body} after {value} was written");
            }
        }

        // A replica that refuses a connection got no request, so the request goes to the next one. Every other request
        // must succeed.
        private async Task<Answer?> Answered(int turn, Func<KvClient, Task<Answer>> request)
        {
            for (var attempt = 0; ; attempt++)
            {
                // Take a snapshot: the collection changes while it is read.
                var addresses = _addresses.ToArray().OrderBy(slot => slot.Key).Select(slot => slot.Value).ToList();
                var address = addresses[(turn + attempt) % addresses.Count];
                try
                {
                    var answer = await request(new KvClient(_http, address, "process", "tests"));
                    Interlocked.Increment(ref _done);
                    if (answer.Status != 200)
                        Failures.Enqueue($"{address}: {answer}");
                    return answer;
                }
                catch (HttpRequestException refused) when (
                    refused.HttpRequestError == HttpRequestError.ConnectionError && attempt < Replicas)
                {
                }
                catch (Exception failed)
                {
                    Failures.Enqueue($"{address}: {failed}");
                    return null;
                }
            }
        }
    }
}
