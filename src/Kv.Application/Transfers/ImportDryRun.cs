using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kv.Domain.Storage;

namespace Kv.Application.Transfers;

/// <summary>
/// The dry run of an import: counts the lines to write. It treats a repeated key as existing, because an earlier line
/// would have written it, and remembers 16 bytes per key for this.
/// </summary>
internal sealed class ImportDryRun(IKeyValueRepository keyValues) : IImportWriter
{
    private readonly HashSet<UInt128> _written = [];

    public async Task<(long Written, long Skipped, ImportError? Error)> Write(
        Tenant tenant, IReadOnlyList<ImportLine> lines, ImportMode mode, CancellationToken cancellationToken)
    {
        if (mode == ImportMode.Overwrite)
            return (lines.Count, 0, null);
        try
        {
            var reads = await Task.WhenAll(
                lines.Select(line => keyValues.Get(tenant, Key.Parse(line.Key), default, cancellationToken).AsTask()));
            var written = 0;
            for (var i = 0; i < lines.Count; i++)
            {
                if (reads[i].KeyValue is null && _written.Add(Hash(lines[i].Key)))
                    written++;
                else if (mode == ImportMode.Fail)
                    return (written, 0, ImportError.Exists(lines[i]));
            }
            return (written, lines.Count - written, null);
        }
        catch (StoreException failure)
        {
            return (0, 0, new ImportError(lines[0].Number, failure));
        }
    }

    private static UInt128 Hash(string key) =>
        MemoryMarshal.Read<UInt128>(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())));
}
