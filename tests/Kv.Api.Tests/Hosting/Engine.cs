namespace Kv.Api.Tests.Hosting;

/// <summary>The store under the host that is tested.</summary>
public enum Engine
{
    Etcd,
    Embedded,
}
