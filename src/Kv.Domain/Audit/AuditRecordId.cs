using System.Globalization;

namespace Kv.Domain.Audit;

/// <summary>The id of an audit record. The written forms sort by time.</summary>
/// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
public sealed record AuditRecordId(long Ticks, uint Replica)
{
    /// <summary>The time as <see cref="DateTimeOffset.UtcTicks"/>. A replica never uses a tick twice.</summary>
    public long Ticks { get; } = Ticks >= 0 && Ticks <= DateTimeOffset.MaxValue.UtcTicks
        ? Ticks
        : throw new ArgumentOutOfRangeException(nameof(Ticks));

    /// <summary>The replica that wrote the record: a random number that it draws at start.</summary>
    public uint Replica { get; } = Replica;

    /// <summary>The first part of the written form, common to all ids of one time: 16 hexadecimal digits.</summary>
    public static string TimePart(DateTimeOffset time) =>
        time.UtcTicks.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Reads the written form; null when the text is malformed.</summary>
    public static AuditRecordId? TryParse(string text) =>
        text.Split('-') is [var time, var replica]
        && long.TryParse(time, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
        && uint.TryParse(replica, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
        && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
        && new AuditRecordId(ticks, number) is var id && id.ToString() == text
            ? id
            : null;

    /// <summary>The written form: <c>{time}-{replica}</c>, in hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks:x16}-{Replica:x8}");
}
