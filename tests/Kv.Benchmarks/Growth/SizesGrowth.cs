using System.Text;

namespace Kv.Benchmarks.Growth;

/// <summary>The cost of larger values.</summary>
internal static class SizesGrowth
{
    private const int Keys = 8;

    public static async Task Measure(string directory, string engine)
    {
        await using var bench = await Bench.Open(directory, engine);
        var table = new Table("value", "GET ms", "PUT ms", "raw GET ms", "raw PUT ms", "Kv MiB", "etcd MiB");
        foreach (var (name, bytes)
            in new[] { ("1 B", 1), ("256 B", 256), ("16 KiB", 16 << 10), ("256 KiB", 256 << 10), ("1 MiB", 1 << 20) })
        {
            await using var kv = await bench.Start();
            var text = new string('v', bytes);
            var raw = Encoding.ASCII.GetBytes(text);
            var put = await Calls.Median(number => kv.Http.Put(Key(number), text));
            var get = await Calls.Median(number => kv.Http.Get($"/kv/{Key(number)}"));
            var putRaw = await Calls.Median(number => kv.Http.PutRaw(Key(number), raw));
            var getRaw = await Calls.Median(number => kv.Http.Get($"/kv/{Key(number)}", "application/octet-stream"));
            table.Row(name, get, put, getRaw, putRaw, Table.MiB(kv.Memory), Table.MiB(bench.EtcdMemory));

            string Key(int number) => $"size{bytes}-{number % Keys}";
        }
        table.Print($"Sizes of values, {engine}");
    }
}
