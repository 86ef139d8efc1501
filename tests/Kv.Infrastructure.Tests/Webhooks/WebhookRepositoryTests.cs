using System.Text;
using Kv.Domain.Idempotency;
using Kv.Domain.KeyValues;
using Kv.Domain.Storage;
using Kv.Domain.Tenants;
using Kv.Domain.Webhooks;
using Kv.Infrastructure.Idempotency;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Tests.Audit;
using Kv.Infrastructure.Tests.Storage.Contract;
using Kv.Infrastructure.Tests.Watching;
using Kv.Infrastructure.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Webhooks;

/// <summary>Webhooks over each engine; every test under a tenant of its own.</summary>
internal sealed class WebhookRepositoryTests(EngineUnderTest engine) : StoreContract(engine)
{
    private readonly KeyLayout _layout = new(new StoreOptions { BaseKeyPrefix = $"webhooks-{Guid.NewGuid():N}" });

    private WebhookRepository _repository = null!;
    private Tenant _tenant = null!;

    [OneTimeSetUp]
    public void Make() => _repository = Over(Store);

    [SetUp]
    public void NewTenant() => _tenant = new Tenant("repository", $"{Guid.NewGuid():N}");

    [Test]
    public async Task An_added_webhook_is_read_back()
    {
        var webhook = New("a");
        webhook.SetSecret(WebhookSecret.New());

        Assert.That(await Add(webhook, 5), Is.True);
        var read = (await _repository.Get(_tenant, webhook.Id, Enough))!;

        Assert.That(read.Settings.Pattern.Text, Is.EqualTo("a"));
        Assert.That(read.Secret!.Reveal(), Is.EqualTo(webhook.Secret!.Reveal()));
        Assert.That(read.Revision, Is.Positive);
    }

    [Test]
    public async Task Another_tenant_does_not_see_it()
    {
        var webhook = New("a");
        await Add(webhook, 5);
        var other = new Tenant("repository", $"{_tenant.AppName}x");

        Assert.That(await _repository.Get(other, webhook.Id, Enough), Is.Null);
        Assert.That(await _repository.List(other, Enough), Is.Empty);
        await _repository.Delete(other, webhook.Id, Enough);
        Assert.That(await _repository.Get(_tenant, webhook.Id, Enough), Is.Not.Null);
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(40)]
    public async Task Of_fifty_concurrent_additions_as_many_succeed_as_the_limit_allows(int limit)
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(number => Task.Run(() => Add(New($"{number}"), limit))));

        Assert.That(added.Count(isAdded => isAdded), Is.EqualTo(limit));
        Assert.That(await _repository.List(_tenant, Enough), Has.Count.EqualTo(limit));
    }

    [Test]
    public async Task A_repeat_whose_first_request_takes_the_last_place_gets_its_answer()
    {
        var request = new IdempotentRequest("once", new byte[] { 1 });
        var (first, again) = (New("a"), New("a"));
        await using var store = new CountedStore(Store);
        store.BeforeRange = () => AddOnce(_repository, first);

        var added = await AddOnce(Over(store), again);

        Assert.That((added.Id, added.IsReplayed), Is.EqualTo(((Guid?)first.Id, true)));
        Assert.That(await _repository.List(_tenant, Enough), Has.Count.EqualTo(1));

        Task<AddedWebhook> AddOnce(IWebhookRepository webhooks, Webhook webhook) =>
            webhooks.Add(webhook, 1, request, Enough);
    }

    [Test]
    public async Task A_deletion_makes_room_for_another_webhook()
    {
        var first = New("a");
        await Add(first, 1);
        Assert.That(await Add(New("b"), 1), Is.False);

        await _repository.Delete(_tenant, first.Id, Enough);

        Assert.That(await Add(New("c"), 1), Is.True);
    }

    [Test]
    public async Task Other_tenants_and_their_webhooks_do_not_count()
    {
        var neighbour = new Webhook(
            Guid.NewGuid(), new Tenant("repository", $"{_tenant.AppName}x"), New("a").Settings, 0);
        await Add(neighbour, 1);

        Assert.That(await Add(New("a"), 1), Is.True);
    }

    [Test]
    public async Task With_a_limit_of_0_no_webhook_is_added() =>
        Assert.That(await Add(New("a"), 0), Is.False);

    [Test]
    public async Task They_are_listed_in_the_order_in_which_they_were_registered()
    {
        foreach (var (key, createdAt) in new[] { ("c", 3), ("a1", 1), ("b", 2), ("a2", 1), ("a3", 1) })
            await Add(New(key, createdAt), 10);

        var listed = await _repository.List(_tenant, Enough);

        Assert.That(listed.Select(webhook => webhook.Settings.Pattern.Text), Is.EqualTo(["a1", "a2", "a3", "b", "c"]));
    }

    [Test]
    public async Task A_change_is_saved_only_over_the_version_that_was_read()
    {
        var webhook = New("a");
        await Add(webhook, 5);
        var mine = (await _repository.Get(_tenant, webhook.Id, Enough))!;
        var theirs = (await _repository.Get(_tenant, webhook.Id, Enough))!;
        mine.Disable("Mine.");
        theirs.Disable("Theirs.");

        Assert.That(await _repository.Update(theirs, Enough), Is.True);
        Assert.That(await _repository.Update(mine, Enough), Is.False);
        Assert.That((await _repository.Get(_tenant, webhook.Id, Enough))!.DisabledReason, Is.EqualTo("Theirs."));
    }

    [Test]
    public async Task A_change_does_not_restore_a_deleted_webhook()
    {
        var webhook = New("a");
        await Add(webhook, 5);
        var read = (await _repository.Get(_tenant, webhook.Id, Enough))!;
        await _repository.Delete(_tenant, webhook.Id, Enough);

        Assert.That(await _repository.Update(read, Enough), Is.False);
        Assert.That(await _repository.Get(_tenant, webhook.Id, Enough), Is.Null);
    }

    [Test]
    public async Task Of_many_concurrent_changes_exactly_one_succeeds()
    {
        var webhook = New("a");
        await Add(webhook, 5);
        var read = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => _repository.Get(_tenant, webhook.Id, Enough)));

        var saved = await Task.WhenAll(read.Select(mine => Task.Run(() => _repository.Update(mine!, Enough))));

        Assert.That(saved.Count(isSaved => isSaved), Is.EqualTo(1));
    }

    [Test]
    public async Task Fields_of_a_later_version_survive_a_change()
    {
        var id = Guid.NewGuid();
        await Put(id, """{"key":"a","event":"UPDATE","endpoint":"http://example.com","later":[1]}""");
        var webhook = (await _repository.Get(_tenant, id, Enough))!;
        webhook.Disable("Because.");

        await _repository.Update(webhook, Enough);

        Assert.That(await Stored(id), Does.Contain("\"later\":[1]").And.Contain("Because."));
    }

    [Test]
    public async Task An_unreadable_record_is_skipped_but_counts_and_can_be_deleted()
    {
        var (id, other) = (Guid.NewGuid(), New("a"));
        await Put(id, "nonsense");
        Assert.That(await Add(other, 2), Is.True);
        Assert.That(await Add(New("b"), 2), Is.False);

        Assert.That(await _repository.Get(_tenant, id, Enough), Is.Null);
        Assert.That((await _repository.List(_tenant, Enough)).Select(webhook => webhook.Id), Is.EqualTo([other.Id]));
        await _repository.Delete(_tenant, id, Enough);
        Assert.That(await Stored(id), Is.Null);
    }

    [Test]
    public async Task More_webhooks_than_a_page_holds_are_counted_and_listed()
    {
        const int many = 1201;
        foreach (var chunk in Enumerable.Range(0, many).Chunk(50))
            await Store.Commit(
                Transaction.Unconditional([.. chunk.Select(_ => new Operation.Put(
                    _layout.Webhook(_tenant, Guid.NewGuid()), WebhookRecord.Write(New("a"))))]),
                Enough);

        Assert.That(await _repository.List(_tenant, Enough), Has.Count.EqualTo(many));
        Assert.That(await Add(New("b"), many), Is.False);
        Assert.That(await Add(New("b"), many + 1), Is.True);
    }

    [Test]
    public async Task An_addition_that_loses_every_race_fails_with_a_known_outcome()
    {
        var store = new AlwaysChanged(Store);

        Assert.That(
            async () => await Over(store).Add(New("a"), 5, request: null, Enough),
            Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").False);
        Assert.That(await _repository.List(_tenant, Enough), Is.Empty);
    }

    [Test]
    public void A_write_with_an_unknown_outcome_is_not_repeated()
    {
        var store = new AlwaysChanged(Store) { Failure = new StoreUnavailableException("Gone.", outcomeUnknown: true) };

        Assert.That(
            async () => await Over(store).Add(New("a"), 5, request: null, Enough),
            Throws.InstanceOf<StoreUnavailableException>().With.Property("OutcomeUnknown").True);
        Assert.That(store.Commits, Is.EqualTo(1));
    }

    private async Task<bool> Add(Webhook webhook, int limit) =>
        (await _repository.Add(webhook, limit, request: null, Enough)).Id is not null;

    private WebhookRepository Over(IStore store) =>
        new(
            store, _layout, new IdempotencyRecords(_layout, TimeProvider.System),
            NoAudit.Records(_layout),
            TimeProvider.System, NullLogger<WebhookRepository>.Instance);

    private Webhook New(string key, long createdAt = 1_800_000_000) => new(
        Guid.NewGuid(),
        _tenant,
        new WebhookSettings
        {
            Pattern = KeyPattern.Parse(key),
            Events = EventFilter.TryParse(["*"])!.Value,
            Endpoint = "http://example.com",
        },
        createdAt);

    private async Task Put(Guid id, string json) => await Store.Commit(
        Transaction.Unconditional(new Operation.Put(_layout.Webhook(_tenant, id), Encoding.UTF8.GetBytes(json))),
        Enough);

    private async Task<string?> Stored(Guid id) =>
        (await Store.Get(_layout.Webhook(_tenant, id), ReadConsistency.Linearizable, Enough)).Entry is { } entry
            ? Encoding.UTF8.GetString(entry.Value.Span)
            : null;

    /// <summary>A store in which every commit loses a race, or fails.</summary>
    private sealed class AlwaysChanged(IStore inner) : StoreDecorator(inner, leavesOpen: true)
    {
        public Exception? Failure { get; init; }

        public int Commits { get; private set; }

        public override ValueTask<CommitResult> Commit(Transaction transaction, CancellationToken cancellationToken)
        {
            Commits++;
            return Failure is null
                ? ValueTask.FromResult(new CommitResult(false, 1, []))
                : ValueTask.FromException<CommitResult>(Failure);
        }
    }
}
