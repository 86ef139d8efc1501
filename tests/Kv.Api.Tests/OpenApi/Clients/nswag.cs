// Uses the client that NSwag generates, against the Kv whose address is the argument. It ends with 0 when every answer
// is as it should be.
using System.Text;
using Generated;

using var http = new HttpClient();
var kv = new KvClient(http) { BaseUrl = args[0] };
const string app = "nswag";

var set = await kv.SetKeyAsync("user:42", new SetKeyValueBody { Value = "Ada", Ttl = 60 }, kV_App_Name: app);
Check(set is { Key: "user:42", Value: "Ada", Ttl: 60 }, "set");
var got = await kv.GetKeyAsync("user:42", kV_App_Name: app);
Check(got is { Value: "Ada", Ttl: > 0 and <= 60 }, "get");

var listed = await kv.ListKeysAsync(prefix: "user:", fields: Fields.Meta, kV_App_Name: app);
var etag = listed.Items.Single().Etag!;
await kv.SetKeyAsync("user:42", new SetKeyValueBody { Value = "Grace" }, if_Match: $"\"{etag}\"", kV_App_Name: app);
try
{
    await kv.SetKeyAsync("user:42", new SetKeyValueBody { Value = "lost" }, if_Match: $"\"{etag}\"", kV_App_Name: app);
    Check(false, "a stale condition");
}
catch (ApiException<ProblemDetails> refused)
{
    Check(refused.StatusCode == 412 && refused.Result.Error == "Precondition failed", "a stale condition");
}

var bulk = await kv.ExecuteBulkAsync(
    [
        new OperationBody { Op = OperationBodyOp.Get, Key = "user:42" },
        new OperationBody
        {
            Op = OperationBodyOp.Set,
            Key = "bytes",
            Value = "/wA=",
            Encoding = OperationBodyEncoding.Base64,
        },
    ],
    kV_App_Name: app);
Check(
    bulk.Results.Select(result => result.Status).SequenceEqual([200, 200]) && bulk.Results.First().Value == "Grace",
    "bulk");
Check((await kv.GetKeyAsync("bytes", kV_App_Name: app)).Encoding == StoredKeyValueEncoding.Base64, "bytes");

var transaction = await kv.ExecuteTransactionAsync(
    new TransactionBody
    {
        Compare = [new CompareBody { Key = "user:42", Value = "Grace" }],
        Success = [new OperationBody { Op = OperationBodyOp.Delete, Key = "bytes" }],
    },
    kV_App_Name: app);
Check(transaction.Succeeded, "transaction");

var webhook = await kv.RegisterWebhookAsync(
    new RegisterWebhookBody { Key = "user:*", Event = "update", Endpoint = "http://127.0.0.1:9/" }, kV_App_Name: app);
Check((await kv.GetWebhookAsync($"{webhook.Id}", kV_App_Name: app)).Endpoint == "http://127.0.0.1:9/", "webhook");

using var export = await kv.ExportKeysAsync(kV_App_Name: app);
var lines = await new StreamReader(export.Stream).ReadToEndAsync();
Check(lines.Contains("\"user:42\""), "export");
using var body = new MemoryStream(Encoding.UTF8.GetBytes(lines));
using var import = await kv.ImportKeysAsync(mode: Mode.Overwrite, dry_run: false, body: body, kV_App_Name: "nswag2");
Check((await new StreamReader(import.Stream).ReadToEndAsync()).Contains("\"done\":true"), "import");

await kv.HeadKeyAsync("user:42", kV_App_Name: app);
await kv.CountKeysAsync(prefix: "user:", kV_App_Name: app);
await kv.DeleteKeyAsync("user:42", kV_App_Name: app);
return 0;

static void Check(bool holds, string what)
{
    if (!holds)
        throw new InvalidOperationException($"{what}: not as it should be");
}
