using System.Security.Cryptography;
using System.Text;
using Kv.Domain.Access;

namespace Kv.Domain.Tests.Access;

internal sealed class ApiKeyTests
{
    [Test]
    public void A_secret_parses_from_its_text_and_is_not_shown()
    {
        var secret = ApiKeySecret.New();

        var read = ApiKeySecret.TryParse(secret.Reveal());

        Assert.That(read!.Id, Is.EqualTo(secret.Id));
        Assert.That(
            read.Hash(),
            Is.EqualTo(secret.Hash()).And.EqualTo(SHA256.HashData(Encoding.ASCII.GetBytes(secret.Reveal()))));
        Assert.That(secret.ToString(), Is.EqualTo($"kv_{secret.Id}_..."));
        Assert.That(secret.Reveal(), Has.Length.EqualTo(63));
    }

    [Test]
    public void No_two_secrets_are_the_same() => Assert.That(
        Enumerable.Range(0, 1000).Select(_ => ApiKeySecret.New().Reveal()).Distinct().Count(), Is.EqualTo(1000));

    [TestCase("")]
    [TestCase("kv_")]
    [TestCase("kv_0123456789abcdef_")]
    [TestCase("kv_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("kv_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("kv_0123456789ABCDEF_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("kv_0123456789abcdeg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("kv-0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("kv_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/")]
    public void Malformed_text_is_no_secret(string text) => Assert.That(ApiKeySecret.TryParse(text), Is.Null);

    [Test]
    public void A_key_accepts_its_own_secret_until_it_expires()
    {
        var secret = ApiKeySecret.New();
        var key = ApiKey.Create(secret, Grants.None, "", createdAt: 0, expireAt: 100);

        Assert.That(key.Accepts(secret.Hash(), 99), Is.True);
        Assert.That(key.Accepts(secret.Hash(), 100), Is.False);
        Assert.That(key.Accepts(ApiKeySecret.New().Hash(), 99), Is.False);
        Assert.That(key.Accepts([], 99), Is.False);
        Assert.That(
            ApiKey.Create(secret, Grants.None, "", 0, expireAt: null).Accepts(secret.Hash(), long.MaxValue), Is.True);
    }
}
