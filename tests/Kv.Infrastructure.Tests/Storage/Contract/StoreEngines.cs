using System.Collections;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>Every engine that keeps the contract; the tests run once for each.</summary>
internal sealed class StoreEngines : IEnumerable
{
    public IEnumerator GetEnumerator()
    {
        yield return new InMemoryEngine();
        yield return new EmbeddedEngine();
        yield return new EtcdEngine();
        yield return new EtcdEngine(isCrowded: true);
    }
}
