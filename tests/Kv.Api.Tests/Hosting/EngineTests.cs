namespace Kv.Api.Tests.Hosting;

/// <summary>Tests that hold for either engine, each in a tenant of its own on the shared host.</summary>
[TestFixture(Engine.Etcd)]
[TestFixture(Engine.Embedded)]
internal abstract class EngineTests(Engine engine)
{
    protected Engine Engine => engine;

    protected KvHost Host { get; set; } = null!;

    /// <summary>A client of this test's own tenant.</summary>
    protected KvClient Kv { get; set; } = null!;

    /// <summary>The host's settings beside the defaults. Fixtures with the same settings share a host.</summary>
    protected virtual (string Name, string? Value)[] Settings => [];

    [SetUp]
    public async Task UseTheSharedHost()
    {
        Host = await SharedHosts.Get(engine, Settings);
        Kv = Host.NewTenant();
    }
}
