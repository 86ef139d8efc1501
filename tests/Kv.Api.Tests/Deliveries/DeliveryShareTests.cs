using Kv.Api.Answers;
using Kv.Api.Tests.Hosting;
using Kv.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kv.Api.Tests.Deliveries;

/// <summary>A page of deliveries holds the receivers' answers.</summary>
internal sealed class DeliveryShareTests(Engine engine) : CallTests(engine)
{
    private const int Deliveries = 50;

    protected override (string Name, string? Value)[] Settings => [("WEBHOOK_RETRY_SCHEDULE", "30ms,30ms")];

    [Test]
    public async Task A_large_page_of_deliveries_waits_for_its_share()
    {
        Receiver.Answer = _ => ReceiverAnswer.Status(500, new string('a', 600));
        var webhook = await Register();
        for (var key = 0; key < Deliveries; key++)
            Assert.That((await Kv.Put($"k{key}", "v")).Status, Is.EqualTo(200));
        await UntilListed(webhook, "failed", Deliveries);
        var held = Host.Services.GetRequiredService<HeldBytes>();
        Task<Answer> List() => Kv.Send(HttpMethod.Get, $"/webhooks/{webhook}/deliveries");
        Assert.That((await List()).Body, Has.Length.GreaterThan(HeldBytes.MinCounted));

        Answer refused;
        using (held.Hold(new DefaultHttpContext().Request, 1L << 40))
            refused = await List();

        Expect.Problem(refused, 503, "Too many large answers");
        Assert.That((await List()).Status, Is.EqualTo(200));
    }
}
