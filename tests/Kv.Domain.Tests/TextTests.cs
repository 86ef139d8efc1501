using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Kv.Domain.Tests;

internal sealed class TextTests
{
    [TestCase("", 0)]
    [TestCase("abc", 3)]
    [TestCase("äöü", 3)]
    [TestCase("日本", 2)]
    [TestCase("👍", 1)]
    [TestCase("a👍b", 3)]
    public void Length_counts_code_points(string text, int length) =>
        Assert.That(Text.Length(text), Is.EqualTo(length));

    [Test]
    public void Length_of_well_formed_text_is_its_number_of_runes() =>
        Prop.ForAll<string>(
            text => text is null || !Text.IsWellFormed(text) || Text.Length(text) == text.EnumerateRunes().Count())
            .QuickCheckThrowOnFailure();

    [Test]
    public void Text_is_well_formed_when_it_survives_UTF_8() =>
        Prop.ForAll<string>(text => text is null
                || Text.IsWellFormed(text) == (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text))
            .QuickCheckThrowOnFailure();

    [TestCase("")]
    [TestCase("a👍")]
    [TestCase("\uFFFD")]
    public void Text_of_whole_characters_is_well_formed(string text) => Assert.That(Text.IsWellFormed(text), Is.True);

    [TestCaseSource(typeof(IllFormed), nameof(IllFormed.Texts))]
    public void A_lone_surrogate_is_not_well_formed(string text) => Assert.That(Text.IsWellFormed(text), Is.False);

    [TestCase("plain text", false)]
    [TestCase("\u00A0\u2028", false)]
    [TestCase("a\u0000", true)]
    [TestCase("\n", true)]
    [TestCase("\u001F", true)]
    [TestCase("\u007F", true)]
    [TestCase("\u0080", true)]
    [TestCase("\u009F", true)]
    public void Control_characters_are_those_of_category_Cc(string text, bool hasOne) =>
        Assert.That(Text.HasControlCharacter(text), Is.EqualTo(hasOne));
}
