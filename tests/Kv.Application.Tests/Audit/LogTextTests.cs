using Kv.Application.Audit;

namespace Kv.Application.Tests.Audit;

internal sealed class LogTextTests
{
    [TestCase(null, null)]
    [TestCase("", "")]
    [TestCase("user:42/caf\u00e9 \ud83d\ude00", "user:42/caf\u00e9 \ud83d\ude00")]
    [TestCase("a\r\nb", "a\\u000d\\u000ab")]
    [TestCase("\u001b[2K\u007f\u0085", "\\u001b[2K\\u007f\\u0085")]
    [TestCase("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [TestCase("a\u202eb\u200bc", "a\\u202eb\\u200bc")]
    public void Line_breaks_and_bidirectional_controls_are_escaped(string? text, string? expected) =>
        Assert.That(LogText.Escape(text), Is.EqualTo(expected));

    [Test]
    public void Text_longer_than_any_key_is_cut_off() =>
        Assert.That(LogText.Escape(new string('n', 100_000))!.Length, Is.LessThan(10_000));
}
