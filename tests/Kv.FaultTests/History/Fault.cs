namespace Kv.FaultTests.History;

/// <summary>A fault that was injected into a process or a link.</summary>
/// <param name="Kind">The kind of the fault, such as <c>kill</c>, <c>stop</c>, <c>swallow</c>.</param>
/// <param name="Target">The process or link, such as <c>etcd-1</c>, <c>replica-0</c>, <c>replica-0>etcd-1</c>.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it was undone.</param>
/// <param name="Detail">More about it, such as a delay.</param>
internal sealed record Fault(string Kind, string Target, long Start, long End, string? Detail = null) : HistoryRecord
{
    /// <summary>The kind of a fault that stops a process without ending it: it answers when it continues.</summary>
    public const string Stop = "stop";

    /// <summary>
    /// The kinds of the faults that end a process: at once, by SIGTERM, and with a torn write-ahead log.
    /// </summary>
    public const string Kill = "kill", Terminate = "term", TornLog = "torn-log";

    /// <summary>
    /// The kind of a fault that compacts etcd up to the revision in <see cref="Detail"/>.
    /// </summary>
    public const string Compact = "compact";
}

/// <summary>A line of a replica's log.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="At">When it was read.</param>
/// <param name="Level"><c>Information</c>, <c>Warning</c>, <c>Error</c> ….</param>
/// <param name="Category">The logger.</param>
/// <param name="Message">Its text.</param>
/// <param name="Exception">Its exception, or the first lines of it.</param>
internal sealed record LogLine(
    string Replica, long At, string Level, string Category, string Message, string? Exception = null) : HistoryRecord;
