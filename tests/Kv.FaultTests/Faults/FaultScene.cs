using Kv.FaultTests.History;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Faults;

/// <summary>
/// One fault as it happens: its random choices, its duration, and its record in the history.
/// </summary>
/// <param name="random">The source of the random choices of this fault, which comes from the seed.</param>
/// <param name="recorder">Takes it down.</param>
/// <param name="over">Ends every fault.</param>
internal sealed class FaultScene(Random random, Recorder recorder, CancellationToken over)
{
    /// <summary>The prefix of the kind of a note that reports a broken promise.</summary>
    public const string Bad = "bad-";

    public Random Random => random;

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> some) => some[random.Next(some.Count)];

    /// <summary>Some of several, each at most once.</summary>
    public IReadOnlyList<T> Pick<T>(IReadOnlyList<T> some, int count)
    {
        var all = some.ToArray();
        random.Shuffle(all);
        return all[..Math.Min(count, all.Length)];
    }

    /// <summary>A time between two numbers of seconds.</summary>
    public TimeSpan Between(double from, double to) => TimeSpan.FromSeconds(from + random.NextDouble() * (to - from));

    /// <summary>Begins a fault, lets it last, and undoes it.</summary>
    /// <param name="kind">Its name in the history.</param>
    /// <param name="targets">The processes or links that it affects.</param>
    /// <param name="time">How long it lasts; less when the run's faults are over.</param>
    /// <param name="begin">Does it.</param>
    /// <param name="end">Undoes it.</param>
    /// <param name="detail">More about it.</param>
    public async Task During(
        string kind, IReadOnlyList<string> targets, TimeSpan time, Func<Task> begin, Func<Task> end,
        string? detail = null)
    {
        var start = recorder.Now;
        try
        {
            await begin();
            await Last(time);
        }
        finally
        {
            await end();
            Record(kind, targets, start, detail);
        }
    }

    /// <inheritdoc cref="During(string, IReadOnlyList{string}, TimeSpan, Func{Task}, Func{Task}, string?)"/>
    public Task During(
        string kind, IReadOnlyList<string> targets, TimeSpan time, Action begin, Action end, string? detail = null) =>
        During(kind, targets, time, AsTask(begin), AsTask(end), detail);

    /// <summary>Injects a fault without a duration.</summary>
    /// <param name="kind">Its name in the history.</param>
    /// <param name="target">The process or link that it affects.</param>
    /// <param name="action">Does it, and returns more about it.</param>
    public async Task Once(string kind, string target, Func<Task<string?>> action)
    {
        var start = recorder.Now;
        var detail = await action();
        Record(kind, [target], start, detail);
    }

    /// <summary>Records that a fault showed a broken promise.</summary>
    public void Complain(string about, string target, string detail) => Note($"{Bad}{about}", target, detail);

    /// <summary>Records why a fault did not happen.</summary>
    public void Note(string kind, string target, string detail) => Record(kind, [target], recorder.Now, detail);

    private void Record(string kind, IReadOnlyList<string> targets, long start, string? detail)
    {
        foreach (var target in targets)
            recorder.Add(new Fault(kind, target, start, recorder.Now, detail));
    }

    private Task Last(TimeSpan time) => Task.Delay(time, over).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static Func<Task> AsTask(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };
}
