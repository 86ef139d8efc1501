using System.Diagnostics.Metrics;
using Kv.Infrastructure.Storage;
using Kv.Infrastructure.Storage.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

// Writes to the embedded store in the directory args[0] until it is killed. Each line of its output is one acknowledged
// write: "revision key value ."; the dot marks a complete line.
const int Writers = 16;
const int KeysOfEach = 20;

await using var store = EmbeddedStore.Open(
    new EmbeddedOptions { DataDirectory = args[0], HistoryRevisions = 500, Timeout = TimeSpan.FromMinutes(1) },
    TimeProvider.System, new Meters(), NullLogger<EmbeddedStore>.Instance);
await using var output = Console.OpenStandardOutput();
using var turn = new SemaphoreSlim(1);

await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Write(writer))));

async Task Write(int writer)
{
    for (var round = 0; ; round++)
    {
        var key = $"{writer:D2}/{round % KeysOfEach:D2}";
        var value = Guid.NewGuid().ToString("N");
        var result = await store.Commit(
            Transaction.Unconditional(
                new Operation.Put(StoreKey.FromText($"a/{key}"), StoreKey.FromText(value).Bytes),
                new Operation.Put(StoreKey.FromText($"b/{key}"), StoreKey.FromText(value).Bytes)),
            CancellationToken.None);
        var line = StoreKey.FromText($"{result.Revision} {key} {value} .\n").Bytes;
        await turn.WaitAsync();
        try
        {
            await output.WriteAsync(line);
            await output.FlushAsync();
        }
        finally
        {
            turn.Release();
        }
    }
}

internal sealed class Meters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
