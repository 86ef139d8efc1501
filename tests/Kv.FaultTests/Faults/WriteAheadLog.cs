using System.Buffers.Binary;

namespace Kv.FaultTests.Faults;

/// <summary>
/// SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log), as a crash in the middle of
/// a write leaves it: committed writes are complete, and the rest is torn.
/// </summary>
internal static class WriteAheadLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const int PageSizeAt = 8;
    private const int SaltAt = 16;
    private const int FrameCommitAt = 4;
    private const int FrameSaltAt = 8;
    private const int SaltBytes = 8;

    /// <summary>
    /// Writes the beginning of a frame behind the last commit, as of a transaction that was never finished.
    /// </summary>
    public static void Tear(string path, Random random)
    {
        if (!File.Exists(path))
            return;
        using var file = new FileStream(
            path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return;
        var frameBytes = FrameHeaderBytes + (int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(PageSizeAt));
        var salt = header.AsSpan(SaltAt, SaltBytes);

        file.Position = EndOfCommits(file, frameBytes, salt);
        // SQLite overwrites the log from its start again and again: old frames may follow its end.
        if (random.Next(2) == 0)
            file.SetLength(file.Position);
        var torn = new byte[random.Next(1, frameBytes + 1)];
        random.NextBytes(torn);
        if (torn.Length >= FrameSaltAt + SaltBytes)
            salt.CopyTo(torn.AsSpan(FrameSaltAt));
        file.Write(torn);
    }

    private static long EndOfCommits(FileStream file, int frameBytes, ReadOnlySpan<byte> salt)
    {
        var end = (long)HeaderBytes;
        var frame = new byte[frameBytes];
        while (file.ReadAtLeast(frame, frameBytes, throwOnEndOfStream: false) == frameBytes
            && frame.AsSpan(FrameSaltAt, SaltBytes).SequenceEqual(salt))
            if (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(FrameCommitAt)) != 0)
                end = file.Position;
        return end;
    }
}
