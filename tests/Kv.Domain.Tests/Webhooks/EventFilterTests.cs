using Kv.Domain.KeyValues;
using Kv.Domain.Webhooks;

namespace Kv.Domain.Tests.Webhooks;

internal sealed class EventFilterTests
{
    [TestCase("create", new[] { KeyChangeKind.Create })]
    [TestCase("UPDATE", new[] { KeyChangeKind.Update })]
    [TestCase("Delete", new[] { KeyChangeKind.Delete, KeyChangeKind.Expire })]
    [TestCase("expire", new[] { KeyChangeKind.Expire })]
    [TestCase("*", new[] { KeyChangeKind.Create, KeyChangeKind.Update, KeyChangeKind.Delete, KeyChangeKind.Expire })]
    [TestCase("create,expire", new[] { KeyChangeKind.Create, KeyChangeKind.Expire })]
    public void A_filter_matches_its_kinds_and_delete_matches_expiries(string names, KeyChangeKind[] expected) =>
        Assert.That(Enum.GetValues<KeyChangeKind>().Where(Of(names).Matches), Is.EqualTo(expected));

    [TestCase("expire,CREATE,create", new[] { "create", "expire" })]
    [TestCase("delete", new[] { "delete" })]
    [TestCase("delete,update,expire,create", new[] { "*" })]
    [TestCase("create,*", new[] { "*" })]
    public void The_names_are_returned_in_a_fixed_order(string names, string[] expected) =>
        Assert.That(Of(names).Names, Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("ping")]
    [TestCase("create,changed")]
    [TestCase(" create")]
    public void An_unknown_name_makes_no_filter(string names) =>
        Assert.That(EventFilter.TryParse(names.Split(',')), Is.Null);

    [Test]
    public void No_name_makes_no_filter() => Assert.That(EventFilter.TryParse([]), Is.Null);

    [TestCase("delete", "delete")]
    [TestCase("create,delete", "delete")]
    [TestCase("expire", "expire")]
    [TestCase("delete,expire", "expire")]
    [TestCase("*", "expire")]
    public void An_expiry_has_the_name_that_the_filter_names(string names, string expected) =>
        Assert.That(Of(names).NameOf(KeyChangeKind.Expire), Is.EqualTo(expected));

    [TestCase(KeyChangeKind.Create, "create")]
    [TestCase(KeyChangeKind.Update, "update")]
    [TestCase(KeyChangeKind.Delete, "delete")]
    public void The_other_kinds_have_their_own_names(KeyChangeKind kind, string expected) =>
        Assert.That(Of("*").NameOf(kind), Is.EqualTo(expected));

    private static EventFilter Of(string names) => EventFilter.TryParse(names.Split(','))!.Value;
}
