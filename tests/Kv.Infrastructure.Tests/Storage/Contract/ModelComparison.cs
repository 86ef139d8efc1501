using FsCheck;
using FsCheck.Fluent;
using Kv.Infrastructure.Tests.Storage.Contract.Model;

namespace Kv.Infrastructure.Tests.Storage.Contract;

/// <summary>
/// All promises but deadlines, on random programs: an engine and the in-memory store must give the
/// same results, the same history and the same changes. A failure names the seed and the shortest program found.
/// </summary>
internal sealed class ModelComparison(EngineUnderTest engine) : StoreContract(engine)
{
    [Test]
    public void Random_programs_have_the_same_results_as_on_the_model() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(150),
            Prop.ForAll(StorePrograms.Arbitrary, RunsAsOnTheModel));

    private async Task RunsAsOnTheModel(StoreProgram program)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var prefix = StoreHarness.NewPrefix();
        await using var model = new InMemoryStore(TimeProvider.System);
        var expected = await ProgramRun.Observe(program, model, prefix, enough.Token);
        var observed = await ProgramRun.Observe(program, Store, prefix, enough.Token);

        // Not an assertion: NUnit would remember each program that fails on the way to the shortest.
        var difference = expected.Zip(observed).FirstOrDefault(lines => lines.First != lines.Second);
        if (difference != default)
            throw new InvalidOperationException($"The model: {difference.First}\nThe engine: {difference.Second}");
        if (expected.Count != observed.Count)
            throw new InvalidOperationException(
                $"The model: {expected.Count} observations. The engine: {observed.Count}.");
    }
}
