namespace Kv.Application.Transfers;

/// <summary>
/// Lines of an import that are written in one transaction: no key occurs twice, and the size is within the store's
/// limits.
/// </summary>
internal sealed class ImportBatch
{
    private const int MaxLines = 100;

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private List<ImportLine> _lines = [];
    private long _bytes;

    public IReadOnlyList<ImportLine> Lines => _lines;

    public bool HasRoomFor(ImportLine line) =>
        _lines.Count == 0
        || (_lines.Count < MaxLines && _bytes + line.Value.Length <= ImportKeyValues.MaxBatchBytes
            && !_keys.Contains(line.Key));

    public void Add(ImportLine line)
    {
        _lines.Add(line);
        _keys.Add(line.Key);
        _bytes += line.Value.Length;
    }

    /// <summary>Returns the lines and empties the batch.</summary>
    public IReadOnlyList<ImportLine> Take()
    {
        var lines = _lines;
        (_lines, _bytes) = ([], 0);
        _keys.Clear();
        return lines;
    }
}
