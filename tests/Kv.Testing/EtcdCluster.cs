using System.Globalization;

namespace Kv.Testing;

/// <summary>An etcd cluster of three members, each of which a test may end, pause and start again.</summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private const int ChangeAttempts = 100;

    private static readonly TimeSpan ChangePause = TimeSpan.FromMilliseconds(200);

    private EtcdCluster(IReadOnlyList<EtcdServer> members, EtcdPeerLinks? peers) => (Members, Peers) = (members, peers);

    /// <summary>The three members.</summary>
    public IReadOnlyList<EtcdServer> Members { get; }

    /// <summary>The network between the members, where it was asked for.</summary>
    public EtcdPeerLinks? Peers { get; }

    /// <summary>Where clients connect: every member, as host:port.</summary>
    public IReadOnlyList<string> Endpoints => [.. Members.Select(member => member.Endpoint)];

    /// <summary>Where the members connect to each other, as host:port.</summary>
    public IReadOnlyList<string> PeerEndpoints => [.. Members.Select(member => member.PeerEndpoint)];

    /// <summary>Where clients connect: every member.</summary>
    public IReadOnlyList<Uri> ClientUris => [.. Members.Select(member => member.ClientUri)];

    /// <summary>
    /// Starts the members and waits until each is healthy. Without an etcd binary the test is skipped, as
    /// <see cref="RequiresEtcd"/> says.
    /// </summary>
    /// <param name="options">For every member alike.</param>
    /// <param name="withPeerLinks">
    /// Whether the network between the members can be broken: see <see cref="Peers"/>.
    /// </param>
    public static async Task<EtcdCluster> StartAsync(EtcdServerOptions? options = null, bool withPeerLinks = false)
    {
        var binary = RequiresEtcd.Check();
        for (var attempt = 1; ; attempt++)
        {
            var members = Enumerable.Range(1, 3)
                .Select(number => EtcdServer.Member(binary, options ?? new(), $"member{number}"))
                .ToList();
            var cluster = new EtcdCluster(members, withPeerLinks ? new EtcdPeerLinks(members) : null);
            var membership = string.Join(',', members.Select(member => member.Membership));
            try
            {
                // A member becomes healthy only with a second one, so all start before any is waited for.
                foreach (var member in members)
                    member.Launch(membership);
                await Task.WhenAll(members.Select(member => member.WaitUntilHealthy()));
                return cluster;
            }
            catch (InvalidOperationException) when (attempt < 5 && members.Any(member => member.LostItsPort))
            {
                await cluster.DisposeAsync();
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>The member that leads at the moment, as the others see it too; null while there is none.</summary>
    public async Task<EtcdServer?> Leader()
    {
        foreach (var member in Members.Where(member => member is { IsRunning: true, IsPaused: false }))
        {
            var status = await member.Call("maintenance/status", new { });
            if (status.TryGetProperty("leader", out var leader)
                && leader.GetString() == status.GetProperty("header").GetProperty("member_id").GetString())
                return member;
        }
        return null;
    }

    /// <summary>A member that runs and is not paused.</summary>
    /// <param name="number">Consecutive numbers give different members, where there are several.</param>
    public EtcdServer AnyMember(int number = 0)
    {
        var there = Members.Where(member => member is { IsRunning: true, IsPaused: false }).ToList();
        return there.Count > 0
            ? there[number % there.Count]
            : throw new InvalidOperationException("No member is there.");
    }

    /// <summary>Starts members again, on the same ports and data, and waits until each is healthy.</summary>
    public static async Task Restart(IEnumerable<EtcdServer> members)
    {
        var started = members.ToList();
        // A member becomes healthy only with a second one, so all start before any is waited for.
        foreach (var member in started)
            member.Launch();
        await Task.WhenAll(started.Select(member => member.WaitUntilHealthy()));
    }

    /// <summary>
    /// Replaces a member by an empty one in its place, as an operator does after the loss of a disk: the other members
    /// remove the old one from the cluster and add a new one, which copies the data from them.
    /// </summary>
    public async Task Replace(EtcdServer member)
    {
        var id = await member.MemberId();
        member.Kill();
        member.DeleteData();
        // The gateway takes numbers of 64 bits as text.
        await Change(
            "cluster/member/remove", new { ID = id.ToString(CultureInfo.InvariantCulture) },
            isDone: "member not found");
        await Change(
            "cluster/member/add", new { peerURLs = new[] { member.PeerUri.GetLeftPart(UriPartial.Authority) } },
            isDone: "Peer URLs already exists");
        member.Launch(string.Join(',', Members.Select(one => one.Membership)), joins: true);
        await member.WaitUntilHealthy();
    }

    // A cluster refuses to change while it has no leader, and in its first seconds.
    private async Task Change(string call, object request, string isDone)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await AnyMember(attempt).Call(call, request);
                return;
            }
            catch (InvalidOperationException refusal) when (refusal.Message.Contains(isDone, StringComparison.Ordinal))
            {
                return;
            }
            catch (Exception e) when (
                attempt < ChangeAttempts
                    && e is InvalidOperationException or HttpRequestException or TaskCanceledException)
            {
                await Task.Delay(ChangePause);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.DisposeAsync();
        if (Peers is not null)
            await Peers.DisposeAsync();
    }
}
