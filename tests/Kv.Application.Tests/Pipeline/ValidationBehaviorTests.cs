using FluentValidation;
using Kv.Application.Pipeline;

namespace Kv.Application.Tests.Pipeline;

internal sealed class ValidationBehaviorTests
{
    private int _handled;

    [SetUp]
    public void Forget() => _handled = 0;

    [Test]
    public async Task A_valid_request_reaches_its_handler_once()
    {
        Assert.That(await Handle("request", new NotLongerThan(10)), Is.EqualTo("answer"));
        Assert.That(_handled, Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_without_validators_reaches_its_handler() =>
        Assert.That(await Handle("request"), Is.EqualTo("answer"));

    [Test]
    public void A_request_that_fails_does_not_reach_its_handler()
    {
        Assert.That(() => Handle("request", new NotLongerThan(3)), Throws.InstanceOf<ValidationException>());
        Assert.That(_handled, Is.Zero);
    }

    [Test]
    public async Task Every_failure_of_every_validator_is_reported()
    {
        var error = await Assert.ThrowsAsync<ValidationException>(
            () => Handle("request", new NotLongerThan(3), new NotLongerThan(10), new NotLongerThan(2)));

        Assert.That(
            error!.Errors.Select(failure => failure.ErrorMessage), Is.EqualTo(["longer than 3", "longer than 2"]));
    }

    [Test]
    public void An_exception_of_the_handler_passes() => Assert.That(
        () => new ValidationBehavior<string, string>([]).Handle(
            "request", CancellationToken.None, () => throw new InvalidOperationException("the handler's")),
        Throws.InvalidOperationException.With.Message.EqualTo("the handler's"));

    private Task<string> Handle(string request, params IValidator<string>[] validators) =>
        new ValidationBehavior<string, string>(validators).Handle(request, CancellationToken.None, () =>
        {
            _handled++;
            return Task.FromResult("answer");
        });

    private sealed class NotLongerThan : AbstractValidator<string>
    {
        public NotLongerThan(int length) =>
            RuleFor(text => text.Length).LessThanOrEqualTo(length).WithMessage($"longer than {length}");
    }
}
