using Kv.Domain.KeyValues;

namespace Kv.Domain.Tests.KeyValues;

internal sealed class KeyPatternTests
{
    [TestCase("a/b", "a/b", true)]
    [TestCase("a/b", "a/b/c", false)]
    [TestCase("a/b", "A/b", false)]
    [TestCase("a/*", "a/b", true)]
    [TestCase("a/*", "a/b/c", true)]
    [TestCase("a/*", "a/", true)]
    [TestCase("a/*", "a", false)]
    [TestCase("a/*", "A/b", false)]
    [TestCase("*", "anything", true)]
    [TestCase("a*b", "a*b", true)]
    [TestCase("a*b", "axb", false)]
    [TestCase("a**", "a*b", true)]
    [TestCase("a**", "ab", false)]
    [TestCase("日*", "日本", true)]
    [TestCase("caf\u00E9*", "cafe\u0301", false)]
    public void A_pattern_without_a_wildcard_is_a_key_and_one_with_it_is_a_prefix(
        string pattern, string key, bool matches) =>
        Assert.That(KeyPattern.Parse(pattern).Matches(key), Is.EqualTo(matches));

    [TestCase("a/b", false, "a/b")]
    [TestCase("a/*", true, "a/")]
    [TestCase("*", true, "")]
    [TestCase("a*b", false, "a*b")]
    public void A_pattern_has_a_key_or_a_prefix(string text, bool isPrefix, string keyOrPrefix)
    {
        var pattern = KeyPattern.Parse(text);

        Assert.That(pattern.IsPrefix, Is.EqualTo(isPrefix));
        Assert.That(pattern.KeyOrPrefix, Is.EqualTo(keyOrPrefix));
        Assert.That(pattern.Text, Is.EqualTo(text));
        Assert.That(pattern.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCaseSource(typeof(IllFormed), nameof(IllFormed.Texts))]
    public void Text_that_is_empty_or_has_no_UTF_8_form_is_refused(string text) =>
        Assert.That(() => KeyPattern.Parse(text), Throws.ArgumentException);
}
