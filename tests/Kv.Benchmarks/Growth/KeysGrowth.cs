namespace Kv.Benchmarks.Growth;

/// <summary>The cost of more keys in the store.</summary>
internal static class KeysGrowth
{
    private static readonly string Value = new('v', 256);

    public static async Task Measure(string directory, string engine, bool isFull)
    {
        await using var bench = await Bench.Open(directory, engine);
        var table = new Table(
            "keys", "GET ms", "PUT ms", "page of 100 ms", "Kv MiB", "of it anonymous", "Kv MiB after loading",
            "etcd MiB", "of it anonymous");
        var loaded = 0;
        foreach (var keys in isFull ? (int[])[1_000, 10_000, 100_000, 1_000_000] : [1_000, 10_000, 100_000])
        {
            long afterLoading;
            await using (var loader = await bench.Start())
            {
                await loader.Http.Load(loaded, keys, Value);
                afterLoading = loader.Memory;
            }
            loaded = keys;
            // A fresh replica has done the same for every number of keys. It leads, so it also reads every write.
            await using var kv = await bench.Start();
            var get = await Calls.Median(number => kv.Http.Get($"/kv/{Some(number)}"));
            var put = await Calls.Median(number => kv.Http.Put(Some(number), Value));
            var page = await Calls.Median(
                number => kv.Http.Get($"/kv?prefix={Some(number)[..5]}&limit=100&fields=all"));
            table.Row(
                keys, get, put, page, Table.MiB(kv.Memory), Table.MiB(kv.AnonymousMemory), Table.MiB(afterLoading),
                Table.MiB(bench.EtcdMemory), Table.MiB(bench.EtcdAnonymousMemory));

            // All over the store, in an order that repeats from run to run.
            string Some(int number) => Calls.Key((int)(number * 7919L % keys));
        }
        table.Print($"Keys, {engine}: values of 256 bytes");
    }
}
