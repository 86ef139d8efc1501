namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>An engine that the contract tests check.</summary>
/// <param name="name">Its name in the test results.</param>
internal abstract class EngineUnderTest(string name)
{
    /// <summary>Opens a store whose server may be shared with other tests.</summary>
    public abstract Task<StoreHarness> Open();

    /// <summary>Opens a store that no other test uses, so that its history may be compacted.</summary>
    public abstract Task<StoreHarness> OpenAlone();

    public sealed override string ToString() => name;
}
