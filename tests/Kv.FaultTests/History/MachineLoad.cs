namespace Kv.FaultTests.History;

/// <summary>How many threads of the whole machine wanted to run at a moment, for each of its processors.</summary>
/// <param name="At">When.</param>
/// <param name="PerProcessor">The threads for each processor.</param>
internal sealed record MachineLoad(long At, double PerProcessor) : HistoryRecord;
