using System.Text.Json;

namespace Kv.Benchmarks.Allocations;

/// <summary>Holds the allocated bytes of each operation to a committed file.</summary>
internal static class AllocationGate
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Measures, and compares with the file or writes it.</summary>
    /// <param name="file">The file: operation to bytes, as JSON.</param>
    /// <param name="update">Whether to write it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string file, bool update)
    {
        var measured = await AllocationMeter.Measure();
        var committed = File.Exists(file)
            ? JsonSerializer.Deserialize<Dictionary<string, long>>(await File.ReadAllTextAsync(file))!
            : [];
        var compared = AllocationComparison.Of(committed, measured);
        Console.WriteLine($"{"operation",-36} {"committed",10} {"measured",10}");
        foreach (var one in compared)
            Console.WriteLine(
                $"{one.Operation,-36} {one.Committed,10} {one.Measured,10}  {(update ? "" : Word(one))}".TrimEnd());
        if (update)
        {
            await File.WriteAllTextAsync(file, $"{JsonSerializer.Serialize(measured, Indented)}\n");
            Console.WriteLine($"Written to {file}.");
            return 0;
        }
        return compared.Any(one => one.IsFailure) ? 1 : 0;
    }

    private static string Word(AllocationComparison one) => one.Verdict switch
    {
        AllocationVerdict.Exceeded => $"FAILED: {Change(one)}, at most +{AllocationComparison.Tolerance:P0} is allowed",
        AllocationVerdict.Fallen => $"fell: {Change(one)}; renew the file with --update",
        AllocationVerdict.Unknown => "FAILED: no figure is committed; add it with --update",
        AllocationVerdict.Missing => "FAILED: there is no such operation any more; renew the file with --update",
        _ => "",
    };

    private static string Change(AllocationComparison one) => one.Committed is > 0
        ? $"{(double)(one.Measured!.Value - one.Committed.Value) / one.Committed.Value:+0.0 %;-0.0 %}"
        : $"{one.Measured} bytes where there were none";
}
