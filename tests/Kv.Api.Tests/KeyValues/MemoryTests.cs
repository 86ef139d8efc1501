using System.Text;
using Kv.Api.Tests.Hosting;
using Kv.Testing;

namespace Kv.Api.Tests.KeyValues;

/// <summary>Long bodies and answers take no more memory than short ones.</summary>
internal sealed class MemoryTests
{
    private const int Keys = 30_000;
    private const int ValueBytes = 10_000;

    // Holding the whole data in memory would take more than its bytes.
    private const long Most = (long)Keys * ValueBytes;

    [Test]
    [CancelAfter(120_000)]
    public async Task An_import_a_listing_an_export_and_pages_take_bounded_memory(CancellationToken cancellationToken)
    {
        using var data = new TemporaryDirectory();
        await using var kv = KvProcess.Start(
            ("STORE", "embedded"), ("DATA_DIR", data.Path), ("STORE_TIMEOUT_SECONDS", "30"));
        using var http = new HttpClient { BaseAddress = await kv.Address(), Timeout = Timeout.InfiniteTimeSpan };
        if (kv.PeakMemory() is not { } atFirst)
        {
            Assert.Ignore("This system does not tell how much memory a process had.");
            return;
        }

        using (var lines = new Lines())
            Assert.That(
                await (await http.PostAsync(new Uri("import", UriKind.Relative), lines, cancellationToken)).Content
                    .ReadAsStringAsync(cancellationToken),
                Does.Contain($"\"done\":true,\"read\":{Keys}"));
        var bytes = await Drain("kv/*");
        bytes += await Drain("export");
        for (var page = 0; page < 20; page++)
            await Drain("kv?limit=200");

        Assert.That(bytes, Is.GreaterThan(2L * Keys * ValueBytes));
        Assert.That(kv.PeakMemory() - atFirst, Is.LessThan(Most));

        async Task<long> Drain(string path)
        {
            using var answer = await http.GetAsync(
                new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var (buffer, total) = (new byte[64 * 1024], 0L);
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                total += read;
            return total;
        }
    }

    private sealed class Lines : HttpContent
    {
        public Lines() => Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var value = new string('v', ValueBytes);
            for (var number = 0; number < Keys; number++)
                await stream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"key":"k{{number:d6}}","value":"{{value}}"}""" + "\n"));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
