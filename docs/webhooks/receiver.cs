#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
// Receives Kv's webhooks and checks their signatures: dotnet run receiver.cs -- whsec_... [port]
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

var key = Convert.FromBase64String(args[0].StartsWith("whsec_") ? args[0][6..] : args[0]);
var port = args.Length > 1 ? args[1] : "9000";
var seen = new ConcurrentDictionary<string, bool>(); // In production, keep them where they outlive the process.

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
var app = builder.Build();
app.MapPost("/{**path}", async (HttpRequest request) =>
{
    var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    string id = request.Headers["webhook-id"]!, timestamp = request.Headers["webhook-timestamp"]!;
    if (Refusal(id, timestamp, request.Headers["webhook-signature"].ToString(), body.ToArray()) is { } why)
    {
        Console.WriteLine($"refused: {why}");
        return Results.Unauthorized();
    }
    if (seen.TryAdd(id, true))
        Console.WriteLine($"received {Encoding.UTF8.GetString(body.ToArray())}");
    return Results.NoContent();
});
app.Run($"http://127.0.0.1:{port}");

// Why a call is refused; null for a genuine one.
string? Refusal(string id, string timestamp, string signatures, byte[] body)
{
    if (signatures.Length == 0)
        return "it is not signed: the webhook has no secret";
    if (!long.TryParse(timestamp, out var sent) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - sent) > 300)
        return "its timestamp is not within 5 minutes: it may be a recorded call, or a clock is wrong";
    byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
    var expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, content))}");
    // While a secret is being rotated there are two signatures.
    return signatures.Split(' ').Any(given => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected))
        ? null
        : "its signature does not match: the webhook has another secret, or the body was changed";
}
