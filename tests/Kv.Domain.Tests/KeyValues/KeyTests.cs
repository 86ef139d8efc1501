using Kv.Domain.KeyValues;

namespace Kv.Domain.Tests.KeyValues;

internal sealed class KeyTests
{
    [TestCase("a")]
    [TestCase(" ")]
    [TestCase("a/b//c/")]
    [TestCase("..")]
    [TestCase("*")]
    [TestCase("a*")]
    [TestCase("line\nbreak")]
    [TestCase("日本👍")]
    public void Any_well_formed_text_is_a_key(string text)
    {
        Assert.That(Key.Of(text).Value, Is.EqualTo(text));
        Assert.That(Key.Of(text).ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCaseSource(typeof(IllFormed), nameof(IllFormed.Texts))]
    public void What_is_empty_or_has_no_UTF_8_form_is_none(string text) =>
        Assert.That(() => Key.Of(text), Throws.ArgumentException);

    [Test]
    public void Keys_are_equal_letter_by_letter()
    {
        var text = new string('a', 1);
        Assert.That(Key.Of(text), Is.EqualTo(Key.Of("a")));
        Assert.That(Key.Of("a"), Is.Not.EqualTo(Key.Of("A")));
        // The same to the eye: one code point, and two.
        Assert.That(Key.Of("\u00E4"), Is.Not.EqualTo(Key.Of("a\u0308")));
    }
}
