using Kv.Domain.Deliveries;

namespace Kv.Domain.Tests.Deliveries;

internal sealed class AttemptTests
{
    [TestCase(null, "The connection was refused.", false, false)]
    [TestCase(199, null, false, false)]
    [TestCase(200, null, true, false)]
    [TestCase(299, null, true, false)]
    [TestCase(300, null, false, false)]
    [TestCase(410, null, false, true)]
    [TestCase(200, "The connection was reset.", false, false)]
    [TestCase(410, "The connection was reset.", false, false)]
    public void Only_a_complete_answer_counts(int? status, string? error, bool isAccepted, bool isGone)
    {
        var attempt = new Attempt
        {
            At = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.Zero,
            Status = status,
            Error = error,
        };

        Assert.That(attempt.IsAccepted, Is.EqualTo(isAccepted));
        Assert.That(attempt.IsGone, Is.EqualTo(isGone));
    }
}
