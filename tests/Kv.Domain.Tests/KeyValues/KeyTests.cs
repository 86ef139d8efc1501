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
        Assert.That(Key.Parse(text).Value, Is.EqualTo(text));
        Assert.That(Key.Parse(text).ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCaseSource(typeof(IllFormed), nameof(IllFormed.Texts))]
    public void Text_that_is_empty_or_has_no_UTF_8_form_is_refused(string text) =>
        Assert.That(() => Key.Parse(text), Throws.ArgumentException);

    [Test]
    public void Keys_are_compared_by_code_unit()
    {
        var text = new string('a', 1);
        Assert.That(Key.Parse(text), Is.EqualTo(Key.Parse("a")));
        Assert.That(Key.Parse("a"), Is.Not.EqualTo(Key.Parse("A")));
        // They look the same: one code point, and two.
        Assert.That(Key.Parse("\u00E4"), Is.Not.EqualTo(Key.Parse("a\u0308")));
    }
}
