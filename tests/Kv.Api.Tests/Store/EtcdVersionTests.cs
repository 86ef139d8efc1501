using System.Net;
using System.Net.Sockets;
using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Store;

/// <summary>The log and the readiness of the real program over an etcd whose version has known faults.</summary>
internal sealed class EtcdVersionTests
{
    [Test]
    public async Task A_member_with_known_faults_is_named_in_the_log_and_by_readyz_with_etcds_issue()
    {
        var etcd = await SharedEtcd.Get();
        var real = (await etcd.Call("maintenance/status", new { })).GetProperty("version").GetString()!;
        var old = real.Length < "3.5.17".Length ? "3.5.2" : "3.5.17";
        Assume.That(old, Has.Length.EqualTo(real.Length), "it takes the place of the real one in etcd's answers");
        await using var relay = new Relay(etcd.Endpoint, real, old);
        await using var kv = KvProcess.Start(("ETCD_ENDPOINTS", relay.Endpoint), ("LOG_FORMAT", "json"));

        var seen = $"The etcd member {relay.Endpoint} is {old}, which has known faults: ";
        await Eventually.Holds(
            () => Array.Exists(LogLine.Of(kv), line =>
                line.Level == "Warning" && line.Message.StartsWith(seen, StringComparison.Ordinal)
                && line.Message.Contains("etcd#20418", StringComparison.Ordinal)),
            "the log names it");
        var ready = await Answer.Of(await (await kv.Http()).GetAsync(new Uri("/readyz", UriKind.Relative)));

        Assert.That(ready.Status, Is.EqualTo(200), ready.ToString());
        var store = ready.Json.GetProperty("checks").GetProperty("store");
        Assert.That(store.GetProperty("status").GetString(), Is.EqualTo("healthy"));
        Assert.That(store.GetProperty("detail").GetString(), Does.Contain(seen));
        Assert.That(
            store.GetProperty("data").GetProperty("knownFaults").EnumerateArray().Single().GetString(),
            Does.StartWith(seen).And.Contain("etcd#20418"));
    }

    /// <summary>Forwards to etcd, and replaces one text in etcd's answers by another of the same length.</summary>
    private sealed class Relay : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _over = new();
        private readonly (byte[] From, byte[] To) _texts;
        private readonly IPEndPoint _etcd;
        private readonly Task _accepting;

        public Relay(string etcd, string from, string to)
        {
            (_etcd, _texts) = (IPEndPoint.Parse(etcd), (Encoding.ASCII.GetBytes(from), Encoding.ASCII.GetBytes(to)));
            _listener.Start();
            _accepting = Accept();
        }

        public string Endpoint => _listener.LocalEndpoint.ToString()!;

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            _listener.Dispose();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _over.Dispose();
        }

        private async Task Accept()
        {
            while (true)
                _ = Forward(await _listener.AcceptTcpClientAsync(_over.Token));
        }

        private async Task Forward(TcpClient client)
        {
            using var server = new TcpClient();
            using (client)
            {
                await server.ConnectAsync(_etcd, _over.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _over.Token),
                    Rewrite(server.GetStream(), client.GetStream()));
            }
        }

        private async Task Rewrite(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, _over.Token) is > 0 and var read)
            {
                for (var at = 0; buffer.AsSpan(at, read - at)
                    .IndexOf(_texts.From) is >= 0 and var found; at += found + 1)
                    _texts.To.CopyTo(buffer, at + found);
                await to.WriteAsync(buffer.AsMemory(0, read), _over.Token);
            }
        }
    }
}
