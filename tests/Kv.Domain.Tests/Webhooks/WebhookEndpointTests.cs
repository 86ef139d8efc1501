using Kv.Domain.Webhooks;

namespace Kv.Domain.Tests.Webhooks;

internal sealed class WebhookEndpointTests
{
    [TestCase("http://example.com", "http://example.com/path?query#fragment", true)]
    [TestCase("http://example.com", "HTTP://EXAMPLE.com:80/", true)]
    [TestCase("https://example.com:443", "https://user:pass@example.com", true)]
    [TestCase("http://127.0.0.1", "http://0x7f.1", true)]
    [TestCase("http://bücher.example", "http://xn--bcher-kva.example", true)]
    [TestCase("http://example.com", "https://example.com", false)]
    [TestCase("http://example.com", "http://example.com:8080", false)]
    [TestCase("http://example.com", "http://www.example.com", false)]
    [TestCase("http://example.com", "http://example.com.", false)]
    [TestCase("http://example.com@other.example", "http://example.com", false)]
    public void An_origin_is_scheme_host_and_port(string left, string right, bool isSame)
    {
        Assert.That(WebhookEndpoint.IsSameOrigin(left, right), Is.EqualTo(isSame));
        Assert.That(WebhookEndpoint.IsSameOrigin(right, left), Is.EqualTo(isSame));
    }

    [TestCase("http://example.com", "", null)]
    [TestCase("http://user@example.com", "user", null)]
    [TestCase("http://user:@example.com", "user", null)]
    [TestCase("http://user:pass@example.com", "user", "pass")]
    [TestCase("http://:pass@example.com", "", "pass")]
    [TestCase("http://user:pa:ss%40@example.com", "user", "pa:ss%40")]
    [TestCase("http://example.com/user:pass@", "", null)]
    public void The_user_info_is_a_name_and_a_password(string endpoint, string user, string? password)
    {
        Assert.That(WebhookEndpoint.UserOf(endpoint), Is.EqualTo(user));
        Assert.That(WebhookEndpoint.PasswordOf(endpoint), Is.EqualTo(password));
    }

    [TestCase("http://user:pass@example.com", "http://user:********@example.com/")]
    [TestCase("https://:pass@example.com:8443/a%2Fb?c=d#e", "https://:********@example.com:8443/a%2Fb?c=d#e")]
    [TestCase("http://user:pass@[::1]/", "http://user:********@[::1]/")]
    [TestCase("http://us%3Aer:pa%40ss@example.com/", "http://us%3Aer:********@example.com/")]
    public void Another_password_takes_the_place_of_the_first(string endpoint, string other) =>
        Assert.That(WebhookEndpoint.WithPassword(endpoint, "********"), Is.EqualTo(other));
}
