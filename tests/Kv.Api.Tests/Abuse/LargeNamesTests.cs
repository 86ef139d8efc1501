using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.Abuse;

/// <summary>Listings of names whose values are large. etcd loads the values before it omits them.</summary>
internal sealed class LargeNamesTests
{
    private const int Keys = 100;
    private const int Callers = 30;
    private const int Megabyte = 1024 * 1024;

    [TestCase("?fields=key&limit=1000")]
    [TestCase("?contains=k&fields=key&limit=1000", Category = Categories.Long)]
    [Platform("Linux")]
    public async Task Names_are_listed_without_filling_the_memory_of_etcd(string query)
    {
        RequiresEtcd.Check();
        await using var etcd = await EtcdServer.StartAsync();
        await using var kv = KvProcess.Start(
            ("STORE", "etcd"), ("ETCD_ENDPOINTS", etcd.Endpoint), KvProcess.Patient);
        var client = await kv.Client();
        for (var number = 0; number < Keys; number++)
        {
            var written = await client.Put($"k{number}", new string('v', Megabyte));
            Assert.That(written.Status, Is.EqualTo(200), written.ToString());
        }

        var answers = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(_ => client.Send(HttpMethod.Get, $"/kv{query}")));

        // All callers at once would make etcd load 3 000 values.
        Assert.That(PeakMemory(etcd.ProcessId), Is.LessThan(1_500L * Megabyte));
        foreach (var answer in answers)
            Assert.That(answer.Status, Is.AnyOf(200, 503), answer.ToString());
        Assert.That(answers.Select(answer => answer.Status), Has.Some.EqualTo(200));
    }

    private static long PeakMemory(int process) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null);
}
