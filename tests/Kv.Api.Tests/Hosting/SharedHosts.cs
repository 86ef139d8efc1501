using System.Collections.Concurrent;
using Kv.Testing;

namespace Kv.Api.Tests.Hosting;

/// <summary>One host per engine and settings, for every test that needs nothing else.</summary>
internal static class SharedHosts
{
    private static readonly ConcurrentDictionary<(Engine, string), Lazy<Task<KvHost>>> Hosts = new();

    public static Task<KvHost> Get(Engine engine, params (string Name, string? Value)[] settings)
    {
        // Outside the shared task: a test is skipped by an exception of its own.
        if (engine == Engine.Etcd)
            RequiresEtcd.Check();
        return Hosts.GetOrAdd(
            (engine, string.Join('\n', settings)),
            _ => new Lazy<Task<KvHost>>(() => Task.Run(() => KvHost.Start(engine, settings)))).Value;
    }

    public static async Task Stop()
    {
        foreach (var host
            in Hosts.Values.Where(host => host is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            await (await host.Value).DisposeAsync();
        await SharedEtcd.Stop();
    }
}
