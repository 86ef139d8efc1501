using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Webhooks;

/// <summary>Answers show headers, as those of simple-golang-kv do, unless callers must authenticate.</summary>
internal sealed class ShownHeaderTests(Engine engine) : WebhookTests(engine)
{
    [Test]
    public async Task Headers_are_shown_unchanged_and_can_be_sent_back()
    {
        var id = await Register($$"""{{Plain}},"headers":{"Authorization":"Bearer token123","X-Empty":""}""");

        var read = await Get(id);
        Assert.That(read.Json.GetProperty("headers").GetRawText(), Is.EqualTo("""{"Authorization":"Bearer token123","X-Empty":""}"""));
        Assert.That((await List()).Body, Is.EqualTo($"[{read.Body}]"));
        Assert.That((await Put(id, read.Body)).Body, Is.EqualTo(read.Body));
        Assert.That((await Put(id, """{"headers":{"Authorization":"********"}}""")).Json.GetProperty("headers").GetRawText(),
            Is.EqualTo("""{"Authorization":"Bearer token123"}"""));
    }

    [Test]
    public async Task Headers_that_are_shown_move_with_the_endpoint_and_the_secret_does_not()
    {
        await using var receiver = WebhookReceiver.Start();
        var id = await Register($$"""{{Plain}},"headers":{"X-Token":"a"},"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" """);

        await Put(id, $$"""{"endpoint":"{{receiver.Uri}}"}""");
        await Kv.Send(HttpMethod.Post, $"/webhooks/{id}/ping");

        var call = receiver.Requests.Single();
        Assert.That((call.Header("X-Token"), call.Header("webhook-signature")), Is.EqualTo(("a", (string?)null)));
    }
}
