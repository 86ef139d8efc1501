using Kv.FaultTests.History;
using Kv.FaultTests.Running;

namespace Kv.FaultTests.Faults;

/// <summary>
/// One fault as it happens: what is drawn for it, how long it lasts, and what the history tells of it.
/// </summary>
/// <param name="random">What is drawn for this fault; all of it comes from the seed.</param>
/// <param name="recorder">Takes it down.</param>
/// <param name="over">Ends every fault.</param>
internal sealed class FaultScene(Random random, Recorder recorder, CancellationToken over)
{
    /// <summary>What the kind of a note begins with that tells of something that must not be.</summary>
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
    /// <param name="kind">What the history calls it.</param>
    /// <param name="targets">To what it is done.</param>
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

    /// <summary>Does something that is over as soon as it is done.</summary>
    /// <param name="kind">What the history calls it.</param>
    /// <param name="target">To what it is done.</param>
    /// <param name="action">Does it, and tells more about it.</param>
    public async Task Once(string kind, string target, Func<Task<string?>> action)
    {
        var start = recorder.Now;
        var detail = await action();
        Record(kind, [target], start, detail);
    }

    /// <summary>Takes down that a fault showed what must not be.</summary>
    public void Complain(string about, string target, string detail) => Note($"{Bad}{about}", target, detail);

    /// <summary>Takes down what became of a fault that did not happen.</summary>
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
