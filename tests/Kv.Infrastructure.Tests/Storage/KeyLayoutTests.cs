using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kv.Domain.KeyValues;
using Kv.Domain.Tenants;
using Kv.Infrastructure.Storage;

namespace Kv.Infrastructure.Tests.Storage;

/// <summary>The layout of the store, which is that of simple-golang-kv, byte for byte.</summary>
internal sealed class KeyLayoutTests
{
    private static readonly KeyLayout Layout = new(new StoreOptions());

    [TestCase("key", "/kvstore/kv/space/app/key")]
    [TestCase("a/b//c/", "/kvstore/kv/space/app/a/b//c/")]
    [TestCase("/", "/kvstore/kv/space/app//")]
    [TestCase("..", "/kvstore/kv/space/app/..")]
    [TestCase("日本👍", "/kvstore/kv/space/app/日本👍")]
    public void A_key_is_stored_verbatim_under_its_tenant(string key, string place) => Assert.That(
        Layout.KeyValue(new Tenant("space", "app"), Key.Parse(key)).Bytes.ToArray(),
        Is.EqualTo(Encoding.UTF8.GetBytes(place)));

    [Test]
    public void The_first_part_of_every_key_is_configured() => Assert.That(
        new KeyLayout(new StoreOptions { BaseKeyPrefix = "a/b" }).KeyValue(new Tenant("ä", "ö"), Key.Parse("ü"))
            .ToString(),
        Is.EqualTo("/a/b/kv/ä/ö/ü"));

    [TestCase("", "/kvstore/kv/space/app/")]
    [TestCase("pre", "/kvstore/kv/space/app/pre")]
    public void A_prefix_is_stored_where_its_keys_are(string prefix, string place) => Assert.That(
        Layout.KeyValuePrefix(new Tenant("space", "app"), prefix).ToString(), Is.EqualTo(place));

    [Test]
    public void A_range_over_a_prefix_holds_just_the_keys_that_start_with_it() =>
        Prop.ForAll<string, string>((prefix, rest) =>
        {
            if (
                prefix is null || string.IsNullOrEmpty(rest) || !Domain.Text.IsWellFormed(prefix)
                    || !Domain.Text.IsWellFormed(rest))
                return true;
            var tenant = new Tenant("space", "app");
            var range = KeyRange.Prefix(Layout.KeyValuePrefix(tenant, prefix));
            return range.Contains(Layout.KeyValue(tenant, Key.Parse(prefix + rest)))
                && range.Contains(Layout.KeyValue(tenant, Key.Parse(rest))) == rest.StartsWith(
                    prefix, StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [TestCase("space", "app2")]
    [TestCase("space", "ap")]
    [TestCase("space2", "app")]
    [TestCase("app", "space")]
    public void A_tenants_range_holds_no_other_tenants_keys(string space, string app) => Assert.That(
        KeyRange.Prefix(Layout.KeyValuePrefix(new Tenant("space", "app")))
            .Contains(Layout.KeyValue(new Tenant(space, app), Key.Parse("key"))),
        Is.False);
}
