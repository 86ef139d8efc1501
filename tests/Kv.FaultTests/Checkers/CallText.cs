using System.Globalization;
using System.Text;
using Kv.FaultTests.History;

namespace Kv.FaultTests.Checkers;

/// <summary>Calls in a line of text, for violations.</summary>
internal static class CallText
{
    private const int MostItems = 4;

    public static string Of(Call call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"#{call.Id} {call.Client}>{call.Replica} [{Time(call.Start)}..{Time(call.End)}] ");
        text.Append(call.Kind.ToString().ToUpperInvariant());
        if (call.Prefix is { } prefix)
            text.Append(CultureInfo.InvariantCulture, $" {prefix}*");
        text.Append(' ').Append(Some(call.Operations, Of));
        if (call.Otherwise is { } otherwise)
            text.Append(" else ").Append(Some(otherwise, Of));
        if (call.Conditions.Count > 0)
            text.Append(" if ").Append(Some(call.Conditions, Of));
        Add(text, " at revision ", call.AtRevision);
        Add(text, " min revision ", call.MinRevision);
        Add(text, " wait ", call.WaitSeconds);
        if (call.IsSerializable)
            text.Append(" serializable");
        if (call.IdempotencyKey is { } key)
            text.Append(" idempotent ").Append(key);
        return text.Append(" -> ").Append(Outcome(call)).ToString();
    }

    public static string Of(WatchConnection connection) =>
        $"watch {connection.Watch}, connection {connection.Number} to {connection.Replica} " +
        $"[{Time(connection.Start)}..{Time(connection.End)}] of {connection.Key ?? $"{connection.Prefix}*"}, " +
        $"since {connection.Since?.ToString(CultureInfo.InvariantCulture) ?? "now"}";

    /// <summary>A time of the run in seconds.</summary>
    public static string Time(long at) => (at / 1e6).ToString("0.000000", CultureInfo.InvariantCulture);

    /// <summary>The first few of many.</summary>
    public static string Some<T>(IReadOnlyList<T> items, Func<T, string> text) =>
        string.Join(", ", items.Take(MostItems).Select(text))
            + (items.Count > MostItems ? $", and {items.Count - MostItems} more" : "");

    private static string Of(KeyOperation operation) => operation.Kind switch
    {
        OperationKind.Set => $"{operation.Key}={operation.Value}",
        OperationKind.Get => operation.Key,
        _ => $"{operation.Kind.ToString().ToLowerInvariant()} {operation.Key}",
    } + (operation.Ttl is { } ttl ? $" ttl {ttl}" : "")
        + (operation.Condition is { } condition ? $" if {Of(condition)}" : "");

    private static string Of(KeyCondition condition) => condition.Kind switch
    {
        ConditionKind.WrittenAt => $"{condition.Key}@{condition.Revision}",
        ConditionKind.NotWrittenAt => $"{condition.Key} not @{condition.Revision}",
        ConditionKind.HasValue => $"{condition.Key} is {condition.Value}",
        _ => $"{condition.Key} {condition.Kind.ToString().ToLowerInvariant()}",
    };

    private static string Outcome(Call call)
    {
        if (call.Answer is not { } answer)
            return $"{call.Failure ?? "no answer"} ({call.Outcome.ToString().ToLowerInvariant()})";
        var text = new StringBuilder(answer.Status.ToString(CultureInfo.InvariantCulture));
        Add(text, " KV-Revision ", answer.Revision);
        Add(text, " ETag ", answer.ETag);
        if (answer.Succeeded is { } succeeded)
            text.Append(succeeded ? " succeeded" : " not succeeded");
        if (answer.IsReplayed)
            text.Append(" replayed");
        if (answer.IsOutcomeUnknown)
            text.Append(" outcome unknown");
        if (answer.Keys.Count > 0)
            text.Append(" {").Append(Some(answer.Keys, Of)).Append('}');
        return text.ToString();
    }

    private static string Of(KeyAnswer key)
    {
        var text = new StringBuilder(key.Key);
        text.Append(CultureInfo.InvariantCulture, $" {key.Status}");
        if (key.Value is { } value)
            text.Append('=').Append(value);
        Add(text, "@", key.ETag);
        Add(text, " expires ", key.ExpireAt);
        return text.ToString();
    }

    private static void Add(StringBuilder text, string name, long? number)
    {
        if (number is { } seen)
            text.Append(CultureInfo.InvariantCulture, $"{name}{seen}");
    }
}
