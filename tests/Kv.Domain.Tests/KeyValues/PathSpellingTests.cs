using Kv.Domain.KeyValues;

namespace Kv.Domain.Tests.KeyValues;

internal sealed class PathSpellingTests
{
    [TestCase("user%3A42", "user:42")]
    [TestCase("user%3a42", "user:42")]
    [TestCase("a%2Fb", "a/b")]
    [TestCase("a%20b%3Ac", "a b:c")]
    [TestCase("%C3%A4%3A", "ä:")]
    [TestCase("a%25%3A", "a%:")]
    [TestCase("a*%20", "a* ")]
    public void A_name_that_was_stored_as_its_path_was_spelled_tells_what_was_meant(string stored, string meant) =>
        Assert.That(PathSpelling.Meant(stored), Is.EqualTo(meant));

    [TestCase("user:42")]
    [TestCase("a%20b")]
    [TestCase("100%25")]
    [TestCase("%C3%A4")]
    [TestCase("100%")]
    [TestCase("%zz%3A")]
    [TestCase("%FF%3A")]
    [TestCase("%")]
    [TestCase("")]
    public void A_name_that_a_path_could_not_have_given_is_what_was_meant(string stored) =>
        Assert.That(PathSpelling.Meant(stored), Is.Null);
}
