using System.Text.Json;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.OpenApi;

/// <summary>
/// "Try it out" and "Execute" in Swagger UI succeed for every operation, on an empty store, with the examples of the
/// document.
/// </summary>
[Category(Categories.Long)]
internal sealed class TryItOutTests
{
    // Each operation comes after those that it needs; deletions come last. API keys and tickets need a credential
    // first.
    private static readonly string[] Order =
    [
        "Keys-createKey", "Keys-listKeys", "Keys-countKeys", "Keys-getKey", "Keys-headKey", "Webhooks-registerWebhook",
        "Keys-setKey", "Keys-setKeyTtl", "Keys-executeBulk", "Keys-executeTransaction", "Keys-getKeyHistory",
        "Keys-listTenants", "Access-getCaller", "Operation-getOverview", "Transfer-exportKeys",
        "Transfer-importKeys", "Transfer-copyKeys", "Usage-getUsage", "Webhooks-listWebhooks", "Webhooks-getWebhook",
        "Webhooks-updateWebhook",
        "Webhooks-rotateWebhookSecret", "Webhooks-pingWebhook", "Deliveries-listDeliveries",
        "Deliveries-explainDelivery", "Deliveries-redeliverFailed",
        "Deliveries-replayWebhook",
        "Deliveries-getDelivery", "Deliveries-redeliverDelivery", "Audit-listAuditRecords", "Health-getLiveness",
        "Health-getReadiness", "Keys-watchKeys", "Keys-deleteKey", "Keys-deleteKeys", "Webhooks-deleteWebhook",
    ];

    private static readonly string[] Excepted = ["createApiKey", "listApiKeys", "revokeApiKey", "createWatchTicket"];

    private KvHost _host = null!;
    private BrowserPage _page = null!;

    [SetUp]
    public async Task Open()
    {
        _page = await SharedChromium.Open();
        _host = await KvHost.Start(Engine.Embedded, ("AUDIT", "store"), ("QUOTA_KEYS", "1000"));
    }

    [TearDown]
    public async Task Close()
    {
        if (_page is not null)
            await _page.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task Every_operation_succeeds_with_its_example(CancellationToken cancellationToken)
    {
        var kv = new KvClient(_host.Http, null, null);
        var paths = (await kv.Send(HttpMethod.Get, "/swagger/v1/swagger.json")).Json.GetProperty("paths");
        var operations = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
            .Where(operation => operation.Value.ValueKind == JsonValueKind.Object)
            .Select(operation => operation.Value.GetProperty("operationId").GetString()).Except(Excepted);
        Assert.That(Order.Select(name => name.Split('-')[1]), Is.EquivalentTo(operations));
        await _page.Go(new Uri(_host.Address, "/swagger"));
        await _page.Until("!!document.querySelector('#operations-Keys-createKey')");
        // A stream has a status long before Swagger UI shows it.
        await _page.Evaluate<object>(
            """
            window.statuses = [];
            const fetched = window.fetch;
            window.fetch = async (...asked) => { const answer = await fetched(...asked); statuses.push(answer.status); return answer; };
            undefined
            """);

        using var all = Assert.EnterMultipleScope();
        foreach (var name in Order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Assert.That(await Execute(name, await Id(kv, name)), Is.InRange(200, 299), name);
        }
    }

    // Only an id has to be taken from an answer.
    private static async Task<string?> Id(KvClient kv, string name)
    {
        if (
            name is not ("Webhooks-registerWebhook" or "Webhooks-listWebhooks")
                && name.StartsWith("Webhooks-", StringComparison.Ordinal)
            || name is "Deliveries-listDeliveries" or "Deliveries-explainDelivery" or "Deliveries-redeliverFailed"
            or "Deliveries-replayWebhook")
            return await WebhookId();
        if (!name.StartsWith("Deliveries-", StringComparison.Ordinal))
            return null;
        var waiting = $"/webhooks/{await WebhookId()}/deliveries?status=pending";
        await Eventually.Holds(async () => (await Items()).GetArrayLength() > 0, "a delivery waits");
        return (await Items())[0].GetProperty("id").GetString();

        async Task<string?> WebhookId() =>
            (await kv.Send(HttpMethod.Get, "/webhooks")).Json[0].GetProperty("id").GetString();

        async Task<JsonElement> Items() => (await kv.Send(HttpMethod.Get, waiting)).Json.GetProperty("items");
    }

    private async Task<int> Execute(string name, string? id)
    {
        var block = $"document.querySelector('#operations-{name}')";
        await Click(".opblock-summary-control");
        await Click(".try-out__btn");
        if (id is not null)
        {
            var input = $"{block}.querySelector('tr[data-param-name=\"id\"] input')";
            await _page.Until($"{input}?.disabled === false");
            await _page.Evaluate<object>($"{input}.focus(), {input}.select()");
            await _page.Type(id);
            // A field takes the typed text at once when it loses the focus.
            await _page.Until($"{input}.value === '{id}' && ({input}.blur(), true)");
        }
        await _page.Evaluate<object>("window.statuses.length = 0, undefined");
        await Click(".execute");
        await _page.Until("window.statuses.length > 0");
        var status = await _page.Evaluate<int>("window.statuses[0]");
        // Swagger UI draws all open operations anew at each step.
        await Click(".opblock-summary-control");
        return status;

        async Task Click(string selector)
        {
            await _page.Until($"!!{block}?.querySelector('{selector}')");
            await _page.Evaluate<object>($"{block}.querySelector('{selector}').click()");
        }
    }
}
