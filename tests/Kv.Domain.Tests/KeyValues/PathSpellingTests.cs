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
    public void A_name_that_was_stored_percent_encoded_is_decoded(string stored, string meant) =>
        Assert.That(PathSpelling.DecodedName(stored), Is.EqualTo(meant));

    [TestCase("user:42")]
    [TestCase("a%20b")]
    [TestCase("100%25")]
    [TestCase("%C3%A4")]
    [TestCase("100%")]
    [TestCase("%zz%3A")]
    [TestCase("%FF%3A")]
    [TestCase("%")]
    [TestCase("")]
    public void A_name_that_path_encoding_cannot_produce_has_no_decoded_name(string stored) =>
        Assert.That(PathSpelling.DecodedName(stored), Is.Null);
}
