using FluentValidation;
using Kv.Application.KeyValues;
using Kv.Domain;
using Kv.Domain.KeyValues;

namespace Kv.Application.Tests.KeyValues;

/// <summary>
/// The rules for requests: the limits, at their edge and beyond it, with the messages of the contract.
/// </summary>
internal sealed class ValidatorTests
{
    private static readonly Limits Limits = new()
    {
        MaxNamespaceLength = 3,
        MaxAppNameLength = 4,
        MaxKeyLength = 5,
        MaxValueBytes = 6,
        MaxTtlSeconds = 7,
    };

    private static readonly Limits Wide = new();

    // Every key rule of reads and deletes: (key, error).
    private static readonly object?[][] Keys =
    [
        ["", "Key must not be empty"],
        ["12345", null],
        ["👍👍👍👍👍", null],
        ["123456", "Key too long (max 5 characters)"],
        ["👍👍👍👍👍👍", "Key too long (max 5 characters)"],
        [" ", null],
        ["a/b", null],
    ];

    private static readonly object?[][] Tenants =
    [
        ["123", "1234", null],
        ["👍👍👍", "👍👍👍👍", null],
        ["1234", "app", "Namespace too long (max 3 characters)"],
        ["ns", "12345", "App name too long (max 4 characters)"],
        ["", "app", "Namespace must not be empty"],
        ["ns", "", "App name must not be empty"],
        ["a/b", "app", "Namespace must not contain '/', '*' or control characters"],
        ["a*", "app", "Namespace must not contain '/', '*' or control characters"],
        ["a\0", "app", "Namespace must not contain '/', '*' or control characters"],
        ["ns", "a/b", "App name must not contain '/', '*' or control characters"],
        ["ns", "*", "App name must not contain '/', '*' or control characters"],
        ["ns", "\n", "App name must not contain '/', '*' or control characters"],
    ];

    [TestCaseSource(nameof(Keys))]
    public void The_key_of_a_read(string key, string? error) =>
        Assert.That(Errors(new GetKeyValueValidator(Limits), Small(Requests.Get) with { Key = key }), IsJust(error));

    [TestCaseSource(nameof(Keys))]
    public void The_key_of_a_delete(string key, string? error) =>
        Assert.That(
            Errors(new DeleteKeyValueValidator(Limits), Small(Requests.Delete) with { Key = key }), IsJust(error));

    [TestCaseSource(nameof(Keys))]
    [TestCase("a*", "Key must not end in '*'")]
    [TestCase("*", "Key must not end in '*'")]
    [TestCase("*a", null)]
    [TestCase("a\n", "Key must not contain control characters")]
    [TestCase("\u0085", "Key must not contain control characters")]
    public void The_key_of_a_write(string key, string? error) =>
        Assert.That(Errors(new SetKeyValueValidator(Limits), Small(Requests.Set) with { Key = key }), IsJust(error));

    [TestCase("a*")]
    [TestCase("a\n")]
    public void A_key_that_breaks_the_rules_for_new_keys_can_be_read_and_deleted(string key)
    {
        Assert.That(Errors(new GetKeyValueValidator(Wide), Requests.Get with { Key = key }), Is.Empty);
        Assert.That(Errors(new DeleteKeyValueValidator(Wide), Requests.Delete with { Key = key }), Is.Empty);
    }

    [TestCase("", null)]
    [TestCase("12345", null)]
    [TestCase("123456", "Key too long (max 5 characters)")]
    public void The_prefix_of_a_listing(string prefix, string? error) =>
        Assert.That(
            Errors(new ListKeyValuesValidator(Limits), Small(Requests.List) with { Prefix = prefix }), IsJust(error));

    [TestCase(0, null)]
    [TestCase(6, null)]
    [TestCase(7, "Value too large (max 6 bytes)")]
    public void The_value_of_a_write(int bytes, string? error) =>
        Assert.That(
            Errors(new SetKeyValueValidator(Limits), Small(Requests.Set) with { Value = new byte[bytes] }),
            IsJust(error));

    [TestCase(null, null)]
    [TestCase(0L, null)]
    [TestCase(7L, null)]
    [TestCase(8L, "TTL must be between 0 and 7 seconds")]
    [TestCase(-1L, "TTL must be between 0 and 7 seconds")]
    [TestCase(long.MaxValue, "TTL must be between 0 and 7 seconds")]
    [TestCase(long.MinValue, "TTL must be between 0 and 7 seconds")]
    public void The_ttl_of_a_write(long? ttl, string? error) =>
        Assert.That(
            Errors(new SetKeyValueValidator(Limits), Small(Requests.Set) with { Ttl = Requests.Ttl(ttl) }),
            IsJust(error));

    // An attribute could not hold half a surrogate pair: attributes are stored as UTF-8.
    [Test]
    public void A_key_or_prefix_that_has_no_UTF_8_form()
    {
        var half = new string('\uD83D', 1);
        const string expected = "Key must be well-formed Unicode";

        Assert.That(Errors(new GetKeyValueValidator(Wide), Requests.Get with { Key = half }), IsJust(expected));
        Assert.That(Errors(new DeleteKeyValueValidator(Wide), Requests.Delete with { Key = half }), IsJust(expected));
        Assert.That(Errors(new SetKeyValueValidator(Wide), Requests.Set with { Key = half }), IsJust(expected));
        Assert.That(Errors(new ListKeyValuesValidator(Wide), Requests.List with { Prefix = half }), IsJust(expected));
    }

    [TestCaseSource(nameof(Tenants))]
    public void The_tenant_of_every_request(string space, string app, string? error)
    {
        Assert.That(
            Errors(new GetKeyValueValidator(Limits), Small(Requests.Get) with { Namespace = space, AppName = app }),
            IsJust(error));
        Assert.That(
            Errors(new DeleteKeyValueValidator(Limits), Requests.Delete with { Namespace = space, AppName = app }),
            IsJust(error));
        Assert.That(
            Errors(new ListKeyValuesValidator(Limits), new ListKeyValues(space, app, "")), IsJust(error));
        Assert.That(
            Errors(new SetKeyValueValidator(Limits), Requests.Set with { Namespace = space, AppName = app }),
            IsJust(error));
    }

    [Test]
    public void All_errors_are_reported_at_once() => Assert.That(
        Errors(
            new SetKeyValueValidator(Limits),
            new SetKeyValue("1234", "12345", "", new byte[7], TimeToLive.FromSeconds(8))),
        Is.EquivalentTo(
        [
            "Key must not be empty",
            "Value too large (max 6 bytes)",
            "TTL must be between 0 and 7 seconds",
            "Namespace too long (max 3 characters)",
            "App name too long (max 4 characters)",
        ]));

    [Test]
    public void The_contracts_own_words_hold_for_its_defaults() => Assert.That(
        Errors(new SetKeyValueValidator(Wide), new SetKeyValue(
            new string('a', 26), new string('a', 51), new string('a', 101), new byte[1_048_577],
            TimeToLive.FromSeconds(31_536_001))),
        Is.EquivalentTo(
        [
            "Key too long (max 100 characters)",
            "Value too large (max 1048576 bytes)",
            "TTL must be between 0 and 31536000 seconds",
            "Namespace too long (max 25 characters)",
            "App name too long (max 50 characters)",
        ]));

    private static GetKeyValue Small(GetKeyValue request) => request with { Namespace = "ns", AppName = "app" };

    private static DeleteKeyValue Small(DeleteKeyValue request) => request with { Namespace = "ns", AppName = "app" };

    private static ListKeyValues Small(ListKeyValues request) => request with { Namespace = "ns", AppName = "app" };

    private static SetKeyValue Small(SetKeyValue request) => request with { Namespace = "ns", AppName = "app" };

    private static NUnit.Framework.Constraints.IResolveConstraint IsJust(string? error) =>
        error is null ? Is.Empty : Is.EqualTo([error]);

    private static IEnumerable<string> Errors<TRequest>(AbstractValidator<TRequest> validator, TRequest request) =>
        validator.Validate(request).Errors.Select(error => error.ErrorMessage);
}
