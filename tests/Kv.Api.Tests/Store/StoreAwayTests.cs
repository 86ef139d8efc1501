using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>The store goes away and comes back; Kv stays, says so, and recovers by itself.</summary>
internal sealed class StoreAwayTests
{
    // A call answers within its time-out and a little more. A call that hangs takes much longer.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Calls_answer_503_when_the_store_cannot_be_reached_and_nothing_was_sent()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await Over(proxy);
        var kv = host.NewTenant();
        await kv.Put("k", "before");

        proxy.RefuseConnections();
        proxy.CutConnections();
        await Eventually.Holds(() => proxy.OpenConnections == 0, "the connections are gone");
        // The first call may have been sent on the broken connection. The next call is not sent at all.
        await Send(kv, HttpMethod.Get, "/kv/k");

        foreach (var (method, path, body) in Calls)
        {
            var answer = await Send(kv, method, path, body);
            ExpectUnavailable(answer);
            Assert.That(answer.Header("KV-Outcome"), Is.Null, $"{method}: nothing was sent");
            Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("nothing was written"));
        }
        await ExpectHealth(host, live: 200, ready: 503);

        proxy.Forward();
        await Recovers(host);
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("before"));
        Assert.That((await kv.Put("k", "after")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_store_that_hangs_answers_503_and_a_write_has_an_unknown_outcome()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await Over(proxy);
        var kv = host.NewTenant();
        await kv.Put("k", "before");

        proxy.BlackHole();
        foreach (var (method, path, body) in Calls)
        {
            var answer = await Send(kv, method, path, body);
            ExpectUnavailable(answer);
            Assert.That(
                answer.Header("KV-Outcome"), Is.EqualTo(method == HttpMethod.Get ? null : "unknown"), $"{method}");
        }
        await ExpectHealth(host, live: 200, ready: 503);

        proxy.Forward();
        await Recovers(host);
    }

    [Test]
    public async Task An_import_that_a_hanging_store_does_not_confirm_has_an_unknown_outcome()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await Over(proxy);
        var kv = host.NewTenant();
        await kv.Put("k", "before");

        proxy.BlackHole();
        var answer = await kv.Send(
            HttpMethod.Post, "/import", KvClient.Bytes("""{"key":"k","value":"lost"}"""u8.ToArray(), "application/x-ndjson"));

        ExpectUnavailable(answer);
        Assert.That(answer.Header("KV-Outcome"), Is.EqualTo("unknown"));
        Assert.That(
            answer.Json.GetProperty("import").GetProperty("error").GetProperty("unknown_through").GetInt64(),
            Is.EqualTo(1));
        proxy.Forward();
        await Recovers(host);
    }

    [Test]
    public async Task A_write_cut_in_flight_has_an_unknown_outcome()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await Over(proxy, ("STORE_TIMEOUT_SECONDS", "15"));
        var kv = host.NewTenant();
        await kv.Put("k", "before");
        var value = new string('v', 20_000);

        proxy.BlackHole();
        var before = proxy.BytesFromClients;
        var write = kv.Put("k", value);
        await Eventually.Holds(() => proxy.BytesFromClients > before + value.Length, "the write was sent");
        proxy.CutConnections();
        var answer = await write.WaitAsync(Bound);

        ExpectUnavailable(answer);
        Assert.That(answer.Header("KV-Outcome"), Is.EqualTo("unknown"));
        Assert.That(answer.Json.GetProperty("detail").GetString(), Does.Contain("may have happened"));
        proxy.Forward();
        await Recovers(host);
    }

    [Test]
    public async Task A_read_cut_in_flight_does_not_report_an_outcome()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await Over(proxy);
        var kv = host.NewTenant();
        await kv.Put("k", "v");

        proxy.BlackHole();
        var before = proxy.BytesFromClients;
        var read = kv.Get("k");
        await Eventually.Holds(() => proxy.BytesFromClients > before, "the read was sent");
        proxy.RefuseConnections();
        proxy.CutConnections();
        var answer = await read.WaitAsync(Bound);

        ExpectUnavailable(answer);
        Assert.That(answer.Header("KV-Outcome"), Is.Null);
    }

    [Test]
    public async Task A_killed_store_is_503_and_Kv_recovers_by_itself_when_it_is_back()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"));
        var kv = host.NewTenant();
        await kv.Put("k", "before", 600);

        etcd.Kill();
        await Eventually.Holds(
            async () => (await Send(kv, HttpMethod.Get, "/kv/k")).Status == 503, "a read answers 503");
        foreach (var (method, path, body) in Calls)
            ExpectUnavailable(await Send(kv, method, path, body));
        await ExpectHealth(host, live: 200, ready: 503);

        await etcd.Restart();
        await Recovers(host);
        Assert.That((await kv.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo("before"));
        Assert.That((await kv.Put("k", "after", 600)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_paused_store_is_503_and_Kv_resumes_with_it()
    {
        await using var etcd = await EtcdServer.StartAsync();
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"));
        var kv = host.NewTenant();
        await kv.Put("k", "v");

        etcd.Pause();
        var writes = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Send(kv, HttpMethod.Put, $"/kv/{number}", """{"value":"v"}""")));
        foreach (var write in writes)
            ExpectUnavailable(write);
        await ExpectHealth(host, live: 200, ready: 503);

        etcd.Resume();
        await Recovers(host);
        Assert.That((await kv.Put("k", "after")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Kv_starts_without_its_store_and_serves_once_it_is_there()
    {
        await using var etcd = await EtcdServer.StartAsync();
        etcd.Kill();
        await using var host = await KvHost.StartOver(etcd.Endpoint, ("STORE_TIMEOUT_SECONDS", "1"));
        var kv = host.NewTenant();

        var write = await Send(kv, HttpMethod.Put, "/kv/k", """{"value":"v","ttl":60}""");
        ExpectUnavailable(write);
        Assert.That(write.Header("KV-Outcome"), Is.Null, "nothing was sent");
        await ExpectHealth(host, live: 200, ready: 503);

        await etcd.Restart();
        await Recovers(host);
        Assert.That((await kv.Put("k", "v", 60)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_listing_that_loses_the_store_midway_is_cut_and_never_looks_complete()
    {
        await using var proxy = TcpProxy.To((await SharedEtcd.Get()).Endpoint);
        await using var host = await Over(proxy);
        var kv = host.NewTenant();
        var value = new string('v', 100_000);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(number => kv.Put($"{number:d3}", value)));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/kv/*");
        request.Headers.Add("KV-Namespace", kv.Namespace);
        request.Headers.Add("KV-App-Name", kv.AppName);
        using var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        proxy.RefuseConnections();
        proxy.CutConnections();

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(
            () => answer.Content.ReadAsStringAsync().WaitAsync(Bound),
            Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<IOException>());
        Assert.That((int)(await host.Http.GetAsync(new Uri("/livez", UriKind.Relative))).StatusCode, Is.EqualTo(200));
    }

    private static readonly (HttpMethod Method, string Path, string? Body)[] Calls =
    [
        (HttpMethod.Get, "/kv/k", null),
        (HttpMethod.Get, "/kv/*", null),
        (HttpMethod.Post, "/kv", """{"key":"k","value":"lost"}"""),
        (HttpMethod.Put, "/kv/k", """{"value":"lost"}"""),
        (HttpMethod.Delete, "/kv/k", null),
    ];

    private static Task<KvHost> Over(TcpProxy proxy, params (string, string?)[] settings) =>
        KvHost.StartOver(proxy.Endpoint, [("STORE_TIMEOUT_SECONDS", "1"), .. settings]);

    private static Task<Answer> Send(KvClient kv, HttpMethod method, string path, string? body = null) =>
        kv.Send(method, path, body).WaitAsync(Bound);

    private static void ExpectUnavailable(Answer answer)
    {
        Expect.Problem(answer, 503, "Store unavailable");
        Assert.That(int.Parse(answer.Header("Retry-After")!, null), Is.Positive);
    }

    private static async Task ExpectHealth(KvHost host, int live, int ready)
    {
        var alive = await host.Http.GetAsync(new Uri("/livez", UriKind.Relative));
        var serving = await Answer.Of(await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative)));
        Assert.That((int)alive.StatusCode, Is.EqualTo(live));
        Assert.That(serving.Status, Is.EqualTo(ready));
        Assert.That(serving.Json.GetProperty("status").GetString(), Is.EqualTo(ready == 200 ? "healthy" : "unhealthy"));
        Expect.NothingOfTheInside(serving);
    }

    private static async Task Recovers(KvHost host)
    {
        await Eventually.Holds(
            async () => (await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode,
            "Kv is ready again");
        await ExpectHealth(host, live: 200, ready: 200);
    }
}
