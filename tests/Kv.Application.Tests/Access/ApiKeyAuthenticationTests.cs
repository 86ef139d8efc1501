using Kv.Application.Access;
using Kv.Domain.Access;
using Kv.Domain.Storage;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Kv.Application.Tests.Access;

internal sealed class ApiKeyAuthenticationTests
{
    private readonly List<ApiKey> _stored = [];
    private FakeTimeProvider _time = null!;
    private Mock<IApiKeyRepository> _repository = null!;
    private ApiKeyAuthentication _authentication = null!;

    [SetUp]
    public void Open()
    {
        _stored.Clear();
        _time = new FakeTimeProvider();
        _repository = new Mock<IApiKeyRepository>();
        _repository.Setup(repository => repository.List(It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => [.. _stored]);
        _authentication = new ApiKeyAuthentication(_repository.Object, _time);
    }

    [Test]
    public async Task Many_requests_cost_one_read()
    {
        var secret = Store();

        for (var i = 0; i < 1000; i++)
            Assert.That((await Find(secret))!.Id, Is.EqualTo(secret.Id));

        ExpectReads(1);
    }

    [Test]
    public async Task A_flood_of_unknown_keys_costs_one_read_a_second()
    {
        for (var i = 0; i < 1000; i++)
            Assert.That(await Find(ApiKeySecret.New()), Is.Null);
        ExpectReads(1);

        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 1000; i++)
            Assert.That(await Find(ApiKeySecret.New()), Is.Null);
        ExpectReads(2);
    }

    [Test]
    public async Task A_malformed_key_costs_no_read()
    {
        Assert.That(await _authentication.Find("kv_x", CancellationToken.None), Is.Null);

        ExpectReads(0);
    }

    [Test]
    public async Task A_new_key_is_known_after_a_second()
    {
        await Find(ApiKeySecret.New());
        var secret = Store();

        Assert.That(await Find(secret), Is.Null);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await Find(secret), Is.Not.Null);
    }

    [Test]
    public async Task A_removed_key_is_refused_after_five_seconds()
    {
        var secret = Store();
        await Find(secret);
        _stored.Clear();

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.That(await Find(secret), Is.Null);
    }

    [Test]
    public async Task No_caller_waits_for_a_read_while_the_cached_keys_are_fresh_enough()
    {
        var secret = Store();
        await Find(secret);
        var reading = new TaskCompletionSource<IReadOnlyList<ApiKey>>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        _repository.Setup(repository => repository.List(It.IsAny<CancellationToken>())).Returns(reading.Task);

        _time.Advance(TimeSpan.FromSeconds(4.5));
        Assert.That(await Find(secret), Is.Not.Null);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        var waiting = Find(secret);
        Assert.That(waiting.IsCompleted, Is.False);

        reading.SetResult([]);
        Assert.That(await waiting, Is.Null);
        ExpectReads(2);
    }

    [Test]
    public async Task A_change_by_this_replica_is_known_immediately()
    {
        var secret = Store();
        await Find(secret);
        _stored.Clear();

        _authentication.Forget();

        Assert.That(await Find(secret), Is.Null);
    }

    [Test]
    public async Task An_unavailable_store_is_reported_and_asked_again()
    {
        var secret = Store();
        _repository.Setup(repository => repository.List(It.IsAny<CancellationToken>()))
            .ThrowsAsync(new StoreUnavailableException("away"));
        Assert.That(() => Find(secret), Throws.InstanceOf<StoreUnavailableException>());

        _repository.Setup(repository => repository.List(It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => [.. _stored]);

        Assert.That(await Find(secret), Is.Not.Null);
    }

    [Test]
    public async Task A_key_expires_in_memory_too()
    {
        var secret = Store(_time.GetUtcNow().ToUnixTimeSeconds() + 1);
        Assert.That(await Find(secret), Is.Not.Null);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(await Find(secret), Is.Null);
    }

    private Task<ApiKey?> Find(ApiKeySecret secret) =>
        _authentication.Find(secret.Reveal(), CancellationToken.None).AsTask();

    private ApiKeySecret Store(long? expireAt = null)
    {
        var secret = ApiKeySecret.New();
        _stored.Add(ApiKey.Create(secret, Grants.None, "", 0, expireAt));
        return secret;
    }

    private void ExpectReads(int count) =>
        _repository.Verify(repository => repository.List(It.IsAny<CancellationToken>()), Times.Exactly(count));
}
