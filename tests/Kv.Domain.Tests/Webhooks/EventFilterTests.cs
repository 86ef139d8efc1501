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
    public void Who_asks_for_a_kind_is_told_of_it_and_of_expiries_as_deletions(string names, KeyChangeKind[] told) =>
        Assert.That(Enum.GetValues<KeyChangeKind>().Where(Of(names).Matches), Is.EqualTo(told));

    [TestCase("expire,CREATE,create", new[] { "create", "expire" })]
    [TestCase("delete", new[] { "delete" })]
    [TestCase("delete,update,expire,create", new[] { "*" })]
    [TestCase("create,*", new[] { "*" })]
    public void The_names_come_back_in_one_order(string names, string[] told) =>
        Assert.That(Of(names).Names, Is.EqualTo(told));

    [TestCase("")]
    [TestCase("ping")]
    [TestCase("create,changed")]
    [TestCase(" create")]
    public void A_name_that_is_not_known_makes_no_filter(string names) =>
        Assert.That(EventFilter.TryParse(names.Split(',')), Is.Null);

    [Test]
    public void No_name_makes_no_filter() => Assert.That(EventFilter.TryParse([]), Is.Null);

    [TestCase("delete", "delete")]
    [TestCase("create,delete", "delete")]
    [TestCase("expire", "expire")]
    [TestCase("delete,expire", "expire")]
    [TestCase("*", "expire")]
    public void An_expiry_has_the_name_that_was_asked_for(string names, string told) =>
        Assert.That(Of(names).NameOf(KeyChangeKind.Expire), Is.EqualTo(told));

    [TestCase(KeyChangeKind.Create, "create")]
    [TestCase(KeyChangeKind.Update, "update")]
    [TestCase(KeyChangeKind.Delete, "delete")]
    public void The_other_kinds_have_their_own(KeyChangeKind kind, string told) =>
        Assert.That(Of("*").NameOf(kind), Is.EqualTo(told));

    private static EventFilter Of(string names) => EventFilter.TryParse(names.Split(','))!.Value;
}
