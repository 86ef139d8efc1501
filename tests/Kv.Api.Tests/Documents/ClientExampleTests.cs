using Kv.Api.Tests.Hosting;

namespace Kv.Api.Tests.Documents;

/// <summary>The clients in docs/clients and the requests in docs/Kv.http work as documented.</summary>
internal sealed class ClientExampleTests
{
    private static readonly string Documents = Path.Combine(ExampleProcess.Root(), "docs");

    [TestCase("python3", "docs/clients/client.py")]
    [TestCase("node", "docs/clients/client.mjs")]
    [TestCase("dotnet", "run", "docs/clients/client.cs", Category = Categories.Long)]
    public async Task A_client_reads_and_changes_a_key(string runtime, params string[] program)
    {
        var host = await SharedHosts.Get(Engine.Embedded);

        await using var client = ExampleProcess.Start(runtime, program, host.Address);

        Assert.That(await client.Ended(), Is.Zero, () => client.Output);
        Assert.That(
            client.Output.Trim().Split('\n').Select(line => line.Trim()),
            Is.EqualTo(new[] { "user:42 is Ada", "changed", "a key that is not there: 404" }));
    }

    [Test]
    public async Task Every_request_of_Kv_http_succeeds()
    {
        await using var host = await KvHost.Start(Engine.Embedded);
        var requests = (await File.ReadAllTextAsync(Path.Combine(Documents, "Kv.http"))).Split("\n###")[1..];

        foreach (var text in requests)
        {
            var (head, body) = text.Split("\n\n", 2) is [var first, var rest] ? (first, rest.Trim()) : (text, "");
            var lines = head.Trim().Split('\n')[1..];
            var (method, target) = lines[0].Split(' ') is [var verb, var address]
                ? (verb, address)
                : throw new FormatException(text);
            using var request = new HttpRequestMessage(
                new HttpMethod(method), target.Replace("{{kv}}", "", StringComparison.Ordinal));
            if (body.Length > 0)
                request.Content = new StringContent(body, null, "application/json");
            foreach (var line in lines[1..].Where(line => !line.StartsWith("Content-Type", StringComparison.Ordinal)))
                request.Headers.Add(line.Split(": ")[0], line.Split(": ")[1]);
            using var answer = await host.Http.SendAsync(request);

            Assert.That(
                (int)answer.StatusCode, Is.InRange(200, 299), $"{head}\n{await answer.Content.ReadAsStringAsync()}");
        }
        Assert.That(requests, Has.Length.GreaterThan(8));
    }
}
