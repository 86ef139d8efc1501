// Sets, reads, changes and watches keys: dotnet run docs/clients/client.cs
#:property PublishAot=false
using System.Net;
using System.Net.Http.Json;

using var kv = new HttpClient { BaseAddress = new Uri(Environment.GetEnvironmentVariable("KV") ?? "http://localhost:8080") };
kv.DefaultRequestHeaders.Add("KV-Namespace", "examples");
kv.DefaultRequestHeaders.Add("KV-App-Name", "dotnet");

// A key that expires in an hour.
(await kv.PutAsJsonAsync("/kv/user:42", new { value = "Ada", ttl = 3600 })).EnsureSuccessStatusCode();

// Read it with its version.
using var read = await kv.GetAsync("/kv/user:42");
var entry = await read.Content.ReadFromJsonAsync<Entry>();
Console.WriteLine($"{entry!.Key} is {entry.Value}");

// Change it, unless it was changed meanwhile. The answer to a lost race is 412.
using var change = new HttpRequestMessage(HttpMethod.Put, "/kv/user:42") { Content = JsonContent.Create(new { value = "Ada Lovelace" }) };
change.Headers.IfMatch.Add(read.Headers.ETag!);
using var changed = await kv.SendAsync(change);
Console.WriteLine(changed.StatusCode == HttpStatusCode.PreconditionFailed ? "someone else was faster" : "changed");

// Escape a key in a path: it may hold any character.
using var missing = await kv.GetAsync($"/kv/{Uri.EscapeDataString("a/b c")}");
Console.WriteLine($"a key that is not there: {(int)missing.StatusCode}");

internal sealed record Entry(string Key, string Value, long? Ttl);
