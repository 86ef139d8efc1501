namespace Kv.Api.Tests.Hosting;

/// <summary>The categories of tests.</summary>
internal static class Categories
{
    /// <summary>
    /// Tests that take long for what they protect. CI leaves them out; <c>scripts/test.sh --long</c> runs them.
    /// </summary>
    public const string Long = "Long";
}
