using System.Collections.Concurrent;
using System.Text;

namespace Kv.Testing;

/// <summary>
/// The network between the members of a cluster: a proxy before each member's port for the others. Each request of a
/// member names its sender, which identifies the connection.
/// </summary>
public sealed class EtcdPeerLinks : IAsyncDisposable
{
    private const string SenderHeader = "X-Server-From:";

    private readonly Dictionary<EtcdServer, TcpProxy> _proxies = [];
    private readonly ConcurrentDictionary<(EtcdServer To, string From), TcpLink> _links = new();

    internal EtcdPeerLinks(IEnumerable<EtcdServer> members)
    {
        foreach (var member in members)
        {
            var proxy = TcpProxy.To(member.ListenPeerUri.Authority, first => LinkOf(member, first));
            member.PeerUri = proxy.Uri;
            _proxies[member] = proxy;
        }
    }

    /// <summary>The requests of one member to another, on connections that it opened, with the answers.</summary>
    /// <param name="from">The member's id, see <see cref="EtcdServer.MemberId"/>.</param>
    /// <param name="to">The other member.</param>
    public TcpLink Link(ulong from, EtcdServer to) => Link(from.ToString("x", null), to);

    /// <summary>Heals every link.</summary>
    public void Forward()
    {
        foreach (var link in _links.Values)
            link.Forward();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies.Values)
            await proxy.DisposeAsync();
    }

    private TcpLink Link(string from, EtcdServer to) => _links.GetOrAdd((to, from), _ => new TcpLink());

    // Probes, which only measure, name no sender; they take the common link.
    private TcpLink? LinkOf(EtcdServer to, byte[] first)
    {
        var head = Encoding.Latin1.GetString(first);
        var at = head.IndexOf(SenderHeader, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var value = head.AsSpan(at + SenderHeader.Length);
        var end = value.IndexOf('\r');
        return end < 0 ? null : Link(value[..end].Trim().ToString(), to);
    }
}
