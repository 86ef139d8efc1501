using System.Globalization;

namespace Kv.Domain.Audit;

/// <summary>The id of an audit record. The written forms sort by time.</summary>
public sealed record AuditRecordId
{
    private const int TicksLength = 16;
    private const int ReplicaLength = 8;

    /// <summary>Creates an id from a time and a replica.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public AuditRecordId(long ticks, uint replica)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ticks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ticks, DateTimeOffset.MaxValue.UtcTicks);
        (Ticks, Replica) = (ticks, replica);
    }

    /// <summary>The time as <see cref="DateTimeOffset.UtcTicks"/>. A replica never uses a tick twice.</summary>
    public long Ticks { get; }

    /// <summary>The replica that wrote the record: a random number that it draws at start.</summary>
    public uint Replica { get; }

    /// <summary>The first part of the written form, common to all ids of one time: 16 hexadecimal digits.</summary>
    public static string TimePart(DateTimeOffset time) =>
        time.UtcTicks.ToString($"x{TicksLength}", CultureInfo.InvariantCulture);

    /// <summary>Reads the written form; null when the text is malformed.</summary>
    public static AuditRecordId? TryParse(string text)
    {
        if (text.Length != TicksLength + 1 + ReplicaLength || text[TicksLength] != '-'
            || !long.TryParse(
                text.AsSpan(0, TicksLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var ticks)
            || !uint.TryParse(
                text.AsSpan(TicksLength + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var replica)
            || ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks)
            return null;
        var id = new AuditRecordId(ticks, replica);
        return id.ToString() == text ? id : null;
    }

    /// <summary>The written form: <c>{time}-{replica}</c>, in hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks:x16}-{Replica:x8}");
}
