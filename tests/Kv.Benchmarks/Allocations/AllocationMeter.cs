using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Kv.Benchmarks.Allocations;

/// <summary>
/// Counts the bytes that each benchmark allocates for an operation. Bytes are the same from run to run where times are
/// not, so they can be held to figures.
/// </summary>
internal static class AllocationMeter
{
    private const int Operations = 4096;
    private const int Repeats = 7;

    /// <summary>Measures every benchmark of this assembly.</summary>
    /// <returns>Bytes by "class.method".</returns>
    public static async Task<SortedDictionary<string, long>> Measure()
    {
        var measured = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var classes = typeof(AllocationMeter).Assembly.GetTypes()
            .Where(type => Marked<BenchmarkAttribute>(type).Any()).OrderBy(type => type.Name, StringComparer.Ordinal);
        foreach (var type in classes)
        {
            var instance = Activator.CreateInstance(type)!;
            await Call<GlobalSetupAttribute>(type, instance);
            foreach (var method in Marked<BenchmarkAttribute>(type))
            {
                var each = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
                measured[$"{type.Name}.{method.Name}"] = await Least(Invocation(method, instance), each);
            }
            await Call<GlobalCleanupAttribute>(type, instance);
        }
        return measured;
    }

    // Other work of the process only adds to it, so the minimum is the best estimate.
    private static async Task<long> Least(Func<Task> invoke, int operationsEach)
    {
        var least = long.MaxValue;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            // The first one warms up.
            var bytes = await Bytes(invoke, Operations / operationsEach);
            if (repeat > 0)
                least = Math.Min(least, bytes);
        }
        return (long)Math.Round((double)least / Operations);
    }

    private static async Task<long> Bytes(Func<Task> invoke, int count)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < count; i++)
            await invoke();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static Func<Task> Invocation(MethodInfo method, object instance)
    {
        if (method.ReturnType == typeof(Task))
            return method.CreateDelegate<Func<Task>>(instance);
        if (method.ReturnType == typeof(int))
            return Synchronous(method.CreateDelegate<Func<int>>(instance));
        if (method.ReturnType == typeof(long))
            return Synchronous(method.CreateDelegate<Func<long>>(instance));
        throw new NotSupportedException($"{method.Name} returns {method.ReturnType.Name}.");
    }

    private static Func<Task> Synchronous<T>(Func<T> invoke) => () =>
    {
        _ = invoke();
        return Task.CompletedTask;
    };

    private static async Task Call<TAttribute>(Type type, object instance)
        where TAttribute : Attribute
    {
        foreach (var method in Marked<TAttribute>(type))
            await (method.Invoke(instance, null) switch
            {
                Task task => task,
                ValueTask task => task.AsTask(),
                _ => Task.CompletedTask,
            });
    }

    private static IEnumerable<MethodInfo> Marked<TAttribute>(Type type)
        where TAttribute : Attribute =>
        type.GetMethods().Where(method => method.GetCustomAttribute<TAttribute>() is not null);
}
