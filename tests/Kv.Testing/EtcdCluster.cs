namespace Kv.Testing;

/// <summary>An etcd cluster of three members, each of which a test may end, pause and start again.</summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private EtcdCluster(IReadOnlyList<EtcdServer> members) => Members = members;

    /// <summary>The three members.</summary>
    public IReadOnlyList<EtcdServer> Members { get; }

    /// <summary>Where clients connect: every member, as host:port.</summary>
    public IReadOnlyList<string> Endpoints => [.. Members.Select(member => member.Endpoint)];

    /// <summary>Where clients connect: every member.</summary>
    public IReadOnlyList<Uri> ClientUris => [.. Members.Select(member => member.ClientUri)];

    /// <summary>
    /// Starts the members and waits until each is healthy. Without an etcd binary the test is skipped, as
    /// <see cref="RequiresEtcd"/> says.
    /// </summary>
    /// <param name="options">For every member alike.</param>
    public static async Task<EtcdCluster> StartAsync(EtcdServerOptions? options = null)
    {
        var binary = RequiresEtcd.Check();
        for (var attempt = 1; ; attempt++)
        {
            var members = Enumerable.Range(1, 3)
                .Select(number => EtcdServer.Member(binary, options ?? new(), $"member{number}"))
                .ToList();
            var cluster = new EtcdCluster(members);
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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.DisposeAsync();
    }
}
