using Kv.Domain.Webhooks;

namespace Kv.Domain.Tests.Webhooks;

internal sealed class WebhookSettingsTests
{
    [TestCase("http://a", true)]
    [TestCase("HTTPS://a.example:8443/b?c=d", true)]
    [TestCase("http://user:password@[::1]:80/", true)]
    [TestCase("http://", false)]
    [TestCase("", false)]
    [TestCase("/path", false)]
    [TestCase("a.example/path", false)]
    [TestCase("ftp://a/", false)]
    [TestCase("file:///etc/passwd", false)]
    [TestCase("http://a/\r\nX-Evil: b", false)]
    [TestCase("http://a/\0", false)]
    public void An_endpoint_is_an_absolute_URL_of_HTTP(string text, bool isEndpoint) =>
        Assert.That(WebhookSettings.IsEndpoint(text), Is.EqualTo(isEndpoint));

    [TestCase("", true)]
    [TestCase("Bearer abc\tdef ~", true)]
    [TestCase("a\rb", false)]
    [TestCase("a\nb", false)]
    [TestCase("a\0b", false)]
    [TestCase("a\u007Fb", false)]
    [TestCase("caf\u00E9", false)]
    public void The_value_of_a_header_has_no_line_break(string text, bool isValue) =>
        Assert.That(WebhookSettings.IsHeaderValue(text), Is.EqualTo(isValue));

    [TestCase("X-Api_Key.1", true)]
    [TestCase("", false)]
    [TestCase("X Key", false)]
    [TestCase("X:Key", false)]
    [TestCase("X\r\n", false)]
    [TestCase("Schl\u00FCssel", false)]
    public void The_name_of_a_header_is_a_token(string text, bool isName) =>
        Assert.That(Text.IsHeaderName(text), Is.EqualTo(isName));
}
