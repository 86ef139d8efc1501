using Kv.Testing;

namespace Kv.Benchmarks.Outages;

/// <summary>A fault of a process or a link.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Begin">Breaks it; all is healed later.</param>
internal sealed record OutageFault(string Name, Func<OutageBench, Task> Begin)
{
    public static IReadOnlyList<OutageFault> All { get; } =
    [
        new("none", _ => Task.CompletedTask),
        new("a follower of etcd is killed", async bench => (await bench.Follower()).Kill()),
        new("a follower of etcd hangs", async bench => (await bench.Follower()).Pause()),
        new("etcd's leader is killed", async bench => (await bench.Leader()).Kill()),
        new("etcd's leader hangs", async bench => (await bench.Leader()).Pause()),
        new("the network to a member swallows everything", async bench => bench.To(await bench.Follower()).BlackHole()),
        new("the network to a member resets its connections and refuses new ones", async bench =>
        {
            var network = bench.To(await bench.Follower());
            network.RefuseConnections();
            network.CutConnections();
        }),
        new("the network to a member takes 1 s each way",
            async bench => bench.To(await bench.Follower()).Link.Delay = TimeSpan.FromSeconds(1)),
        new("a follower is cut off from the other members", async bench => await bench.Isolate(await bench.Follower())),
        new(
            "etcd's leader is cut off from the other members",
            async bench => await bench.Isolate(await bench.Leader())),
        new("two members of three are killed", async bench =>
        {
            (await bench.Leader()).Kill();
            bench.Cluster.AnyMember().Kill();
        }),
        new("two members of three hang", async bench =>
        {
            (await bench.Leader()).Pause();
            bench.Cluster.AnyMember().Pause();
        }),
        new("the replica that calls webhooks is killed (SIGKILL)", bench => bench.Leading.Kill()),
        new("the replica that calls webhooks is killed while a follower of etcd hangs", async bench =>
        {
            (await bench.Follower()).Pause();
            await bench.Leading.Kill();
        }),
        new("the replica that calls webhooks is stopped (SIGTERM)", bench =>
        {
            Signals.Terminate(bench.Leading.ProcessId);
            return Task.CompletedTask;
        }),
    ];
}
