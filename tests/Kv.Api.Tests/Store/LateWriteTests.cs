using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>
/// A write is answered 503 with an unknown outcome, its caller repeats it through another replica, another caller
/// writes the key, and then the first write reaches etcd.
/// </summary>
internal sealed class LateWriteTests
{
    // More bytes than all else that goes to etcd meanwhile: once the relay holds so many, it holds the write.
    private static readonly string Ours = new('o', 20_000);

    private LateRelay _relay = null!;
    private KvHost _host = null!;
    private KvHost _other = null!;
    private KvClient _kv = null!;
    private KvClient _there = null!;

    [SetUp]
    public async Task Start()
    {
        var etcd = await SharedEtcd.Get();
        _relay = new LateRelay(etcd.Endpoint);
        _host = await KvHost.StartOver(_relay.Endpoint, ("STORE_TIMEOUT_SECONDS", "30"));
        _other = await KvHost.StartOver(etcd.Endpoint, ("BASE_KEY_PREFIX", _host.KeyPrefix));
        _kv = _host.NewTenant();
        _there = new KvClient(_other.Http, _kv.Namespace, _kv.AppName);
        // From now on there is a connection for the relay to hold.
        await _kv.Put("first", "v");
    }

    [TearDown]
    public async Task Stop()
    {
        await _host.DisposeAsync();
        await _other.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Test]
    public async Task A_repeat_with_If_Match_is_done_once()
    {
        var etag = (await _kv.Put("k", "before")).Header("ETag")!;
        var first = new Write(HttpMethod.Put, "/kv/k", $$"""{"value":"{{Ours}}"}""", ("If-Match", etag));

        await SendInVain(first);
        var repeat = await Send(_there, first);
        await WriteTheirsAndDeliver();

        Assert.That(repeat.Status, Is.EqualTo(200), repeat.ToString());
        await ExpectKey("theirs");
    }

    [Test]
    public async Task A_repeat_with_If_None_Match_is_done_once()
    {
        var first = new Write(HttpMethod.Put, "/kv/k", $$"""{"value":"{{Ours}}"}""", ("If-None-Match", "*"));

        await SendInVain(first);
        var repeat = await Send(_there, first);
        await WriteTheirsAndDeliver();

        Assert.That(repeat.Status, Is.EqualTo(200), repeat.ToString());
        await ExpectKey("theirs");
    }

    [Test]
    public async Task A_repeat_with_an_idempotency_key_is_done_once()
    {
        var first = new Write(HttpMethod.Post, "/kv", $$"""{"key":"k","value":"{{Ours}}"}""", ("Idempotency-Key", "late"));

        await SendInVain(first);
        var repeat = await Send(_there, first);
        await WriteTheirsAndDeliver();

        Assert.That(
            (repeat.Status, repeat.Header("Idempotency-Replayed")), Is.EqualTo((201, (string?)null)),
            repeat.ToString());
        await ExpectKey("theirs");
        Assert.That((await Send(_there, first)).Header("Idempotency-Replayed"), Is.EqualTo("true"));
    }

    [Test]
    public async Task A_repeat_with_If_Match_after_the_first_is_refused()
    {
        var etag = (await _kv.Put("k", "before")).Header("ETag")!;
        var first = new Write(HttpMethod.Put, "/kv/k", $$"""{"value":"{{Ours}}"}""", ("If-Match", etag));

        await SendInVain(first);
        await _relay.Deliver();
        var repeat = await Send(_there, first);

        Assert.That(repeat.Status, Is.EqualTo(412), repeat.ToString());
        await ExpectKey(Ours);
    }

    [Test]
    public async Task A_repeat_with_an_idempotency_key_after_the_first_is_a_replay()
    {
        var first = new Write(HttpMethod.Post, "/kv", $$"""{"key":"k","value":"{{Ours}}"}""", ("Idempotency-Key", "late"));

        await SendInVain(first);
        await _relay.Deliver();
        await _there.Put("k", "theirs");
        var repeat = await Send(_there, first);

        Assert.That(
            (repeat.Status, repeat.Header("Idempotency-Replayed")), Is.EqualTo((201, "true")), repeat.ToString());
        await ExpectKey("theirs");
    }

    // This is the reason that the advice is not simply to read the key and to repeat the write.
    [Test]
    public async Task Without_a_condition_the_late_write_undoes_a_newer_one()
    {
        await _kv.Put("k", "before");
        var first = new Write(HttpMethod.Put, "/kv/k", $$"""{"value":"{{Ours}}"}""");

        await SendInVain(first);
        await ExpectKey("before");
        await WriteTheirsAndDeliver();

        await ExpectKey(Ours);
    }

    private async Task SendInVain(Write write)
    {
        _relay.Hold();
        var sending = Send(_kv, write);
        await _relay.Keeps(Ours.Length);
        _relay.CutClients();
        var answer = await sending;

        Expect.Problem(answer, 503, "Store unavailable");
        Assert.That(answer.Header("KV-Outcome"), Is.EqualTo("unknown"), answer.ToString());
        Assert.That(
            answer.Json.GetProperty("detail").GetString(),
            Does.Contain("If-Match, If-None-Match or Idempotency-Key, repeat it as it was"));
    }

    private async Task WriteTheirsAndDeliver()
    {
        Assert.That((await _there.Put("k", "theirs")).Status, Is.EqualTo(200));
        await _relay.Deliver();
    }

    private async Task ExpectKey(string value) =>
        Assert.That((await _there.Get("k")).Json.GetProperty("value").GetString(), Is.EqualTo(value));

    private static Task<Answer> Send(KvClient kv, Write write) =>
        kv.With(write.Method, write.Path, KvClient.Json(Encoding.UTF8.GetBytes(write.Body)), write.Headers);

    private sealed record Write(
        HttpMethod Method, string Path, string Body, params (string Name, string Value)[] Headers);
}
