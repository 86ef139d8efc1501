using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Webhooks;

/// <summary>The helpers of the webhook tests: short names for the calls.</summary>
internal abstract class WebhookTests(Engine engine) : EngineTests(engine)
{
    /// <summary>The members that a registration needs, and no other.</summary>
    protected const string Plain = "\"key\":\"user:*\",\"event\":\"update\",\"endpoint\":\"http://example.com/hook\"";

    protected Task<Answer> Post(string json) => Kv.Send(HttpMethod.Post, "/webhooks", json);

    protected Task<Answer> Put(string id, string json) => Kv.Send(HttpMethod.Put, $"/webhooks/{id}", json);

    protected Task<Answer> Get(string idOrPattern) => Kv.Send(HttpMethod.Get, $"/webhooks/{idOrPattern}");

    protected Task<Answer> List() => Kv.Send(HttpMethod.Get, "/webhooks");

    /// <summary>Registers a webhook.</summary>
    /// <returns>Its id.</returns>
    protected async Task<string> Register(string members = Plain)
    {
        var answer = await Post($$"""{{{members}}}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.ToString());
        Assert.That(Expect.Members(answer.Json), Is.EqualTo(new[] { "id" }));
        return answer.Json.GetProperty("id").GetGuid().ToString();
    }
}
