// Uses the client that Kiota generates, against the Kv whose address is the argument. It ends with 0 when every answer
// is as it should be.
using System.Text;
using Generated;
using Generated.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

var kv = new KvClient(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = args[0] });

var set = await kv.Kv["user:42"].PutAsync(new SetKeyValueBody { Value = "Ada", Ttl = 60 }, Tenant);
Check(set is { Key: "user:42", Value: "Ada", Ttl: 60 }, "set");
var got = await kv.Kv["user:42"].GetAsync(Tenant);
Check(got is { Value: "Ada", Ttl: > 0 and <= 60 }, "get");

var listed = await kv.Kv.GetAsync(request =>
{
    Tenant(request);
    request.QueryParameters.Prefix = "user:";
    request.QueryParameters.FieldsAsGetFieldsQueryParameterType = Generated.Kv.GetFieldsQueryParameterType.Meta;
});
var etag = listed!.Items!.Single().Etag!;
await kv.Kv["user:42"].PutAsync(new SetKeyValueBody { Value = "Grace" }, request => Match(request, etag));
try
{
    await kv.Kv["user:42"].PutAsync(new SetKeyValueBody { Value = "lost" }, request => Match(request, etag));
    Check(false, "a stale condition");
}
catch (ProblemDetails refused)
{
    Check(refused.ResponseStatusCode == 412 && refused.Error == "Precondition failed", "a stale condition");
}

var bulk = await kv.Bulk.PostAsync(
    [
        new OperationBody { Op = OperationBody_op.Get, Key = "user:42" },
        new OperationBody
        {
            Op = OperationBody_op.Set,
            Key = "bytes",
            Value = "/wA=",
            Encoding = OperationBody_encoding.Base64,
        },
    ],
    Tenant);
Check(
    bulk!.Results!.Select(result => result.Status).SequenceEqual([200, 200]) && bulk.Results![0].Value == "Grace",
    "bulk");

var transaction = await kv.Txn.PostAsync(
    new TransactionBody
    {
        Compare = [new CompareBody { Key = "user:42", Value = "Grace" }],
        Success = [new OperationBody { Op = OperationBody_op.Delete, Key = "bytes" }],
    },
    Tenant);
Check(transaction!.Succeeded == true, "transaction");

var webhook = await kv.Webhooks.PostAsync(
    new RegisterWebhookBody
    {
        Key = "user:*",
        Event = new RegisterWebhookBody.RegisterWebhookBody_event { RegisterWebhookBodyEventString = "update" },
        Endpoint = "http://127.0.0.1:9/",
    },
    Tenant);
Check((await kv.Webhooks[$"{webhook!.Id}"].GetAsync(Tenant))!.Endpoint == "http://127.0.0.1:9/", "webhook");

var lines = await new StreamReader((await kv.Export.GetAsync(Tenant))!).ReadToEndAsync();
Check(lines.Contains("\"user:42\""), "export");
using var body = new MemoryStream(Encoding.UTF8.GetBytes(lines));
var import = await kv.Import.PostAsync(body, request => request.Headers.Add("KV-App-Name", "kiota2"));
Check((await new StreamReader(import!).ReadToEndAsync()).Contains("\"done\":true"), "import");

await kv.Kv["user:42"].HeadAsync(Tenant);
await kv.Kv.HeadAsync(Tenant);
await kv.Kv["user:42"].DeleteAsync(Tenant);
return 0;

static void Tenant<T>(RequestConfiguration<T> request)
    where T : class, new() => request.Headers.Add("KV-App-Name", "kiota");

static void Match<T>(RequestConfiguration<T> request, string etag)
    where T : class, new()
{
    Tenant(request);
    request.Headers.Add("If-Match", $"\"{etag}\"");
}

static void Check(bool holds, string what)
{
    if (!holds)
        throw new InvalidOperationException($"{what}: not as it should be");
}
