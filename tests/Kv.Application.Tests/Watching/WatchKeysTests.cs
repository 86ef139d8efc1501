using Kv.Application.Watching;
using Kv.Domain;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Domain.Watching;
using Moq;

namespace Kv.Application.Tests.Watching;

internal sealed class WatchKeysTests
{
    private static readonly Limits Limits = new() { MaxKeyLength = 5 };
    private static readonly WatchKeys Request = new("space", "app", "", null, null);

    [TestCase("", null, "*")]
    [TestCase("user:", null, "user:*")]
    [TestCase("a*", null, "a**")]
    [TestCase("", "user:42", "user:42")]
    public async Task It_is_about_a_prefix_or_a_key(string prefix, string? key, string pattern)
    {
        var opened = Mock.Of<IKeyChangeWatch>();
        var feed = new Mock<IKeyChangeFeed>(MockBehavior.Strict);
        feed.Setup(it => it.Open(new Tenant("space", "app"), KeyPattern.Parse(pattern), 7, CancellationToken.None))
            .ReturnsAsync(opened);

        var watch = await new WatchKeysHandler(feed.Object).Handle(
            Request with { Prefix = prefix, Key = key, Since = 7 }, CancellationToken.None);

        Assert.That(watch, Is.SameAs(opened));
    }

    [TestCase("12345", null, null, null)]
    [TestCase("", "12345", 0, null)]
    [TestCase("👍👍👍👍👍👍", null, null, "Key too long (max 5 characters)")]
    [TestCase("", "123456", null, "Key too long (max 5 characters)")]
    [TestCase("", "", null, "Key must not be empty")]
    [TestCase("", "a*", null, "Key must not end in '*': prefix is for many keys")]
    [TestCase("a", "b", null, "Prefix and key must not be given together")]
    [TestCase("", null, -1, "Since must be a revision, 0 or more")]
    public void Its_shape_is_checked(string prefix, string? key, long? since, string? error)
    {
        var result = new WatchKeysValidator(Limits)
            .Validate(Request with { Prefix = prefix, Key = key, Since = since });

        Assert.That(
            result.Errors.Select(failure => failure.ErrorMessage), Is.EqualTo(error is null ? [] : new[] { error }));
    }
}
