using System.Globalization;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Deliveries;

/// <summary>All changes of one key arrive in order, even if calls fail in between.</summary>
internal sealed class OrderTests(Engine engine) : CallTests(engine)
{
    private const int Keys = 50;
    private const int Updates = 50;

    protected override (string Name, string? Value)[] Settings =>
        [("WEBHOOK_RETRY_SCHEDULE", string.Join(',', Enumerable.Repeat("10ms", 50)))];

    [Test]
    public async Task Every_change_of_many_keys_arrives_in_order_when_one_call_in_five_fails()
    {
        Receiver.Answer = request => ReceiverAnswer.Status(IsRefused(request) ? 500 : 200);
        await Register();
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(Write));
        await Eventually.Holds(
            () => Accepted().Count() >= Keys * Updates, "every change arrives", TimeSpan.FromMinutes(4));

        var expected = Enumerable.Range(1, Updates).ToArray();
        foreach (var ofKey in Receiver.Requests.GroupBy(KeyOf))
        {
            var firstSeen = ofKey.Select(RevisionOf).Distinct().ToArray();
            Assert.That(firstSeen, Is.Ordered.Ascending, ofKey.Key);
            Assert.That(
                ofKey.Where(request => !IsRefused(request))
                    .Select(request => int.Parse(ValueOf(request)!, CultureInfo.InvariantCulture)),
                Is.EqualTo(expected), ofKey.Key);
        }
        Assert.That(Receiver.Requests.Select(KeyOf).Distinct().Count(), Is.EqualTo(Keys));
    }

    private async Task Write(int key)
    {
        for (var number = 1; number <= Updates; number++)
            Assert.That((await Kv.Put($"k{key}", $"{number}")).Status, Is.EqualTo(200));
    }

    private IEnumerable<ReceivedRequest> Accepted() => Receiver.Requests.Where(request => !IsRefused(request));

    private static bool IsRefused(ReceivedRequest request) => request.Number % 5 == 0;
}
