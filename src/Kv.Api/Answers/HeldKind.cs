using System.Globalization;
using Kv.Api.Errors;

namespace Kv.Api.Answers;

/// <summary>A kind of bytes that are limited, with its metrics and its refusal.</summary>
/// <param name="Error">The problem's <c>error</c>.</param>
internal sealed record HeldKind(
    string Gauge, string GaugeDescription, string Counter, string CounterUnit, string CounterDescription, string Error,
    string Subject, string Remedy)
{
    /// <summary>Values that answers and watches hold until they are sent.</summary>
    public static HeldKind Answers { get; } = new(
        Gauge: "kv.answers.unsent",
        GaugeDescription: "Bytes of values that answers and watches hold until they are sent.",
        Counter: "kv.answers.refused",
        CounterUnit: "{answer}",
        CounterDescription: "Large answers that were refused because too much waits to be sent.",
        Error: Problems.TooMuchUnsent,
        Subject: "unsent answers",
        Remedy: "Read the open answers, or try again.");

    /// <summary>Bodies that have arrived and whose calls have not ended.</summary>
    public static HeldKind Bodies { get; } = new(
        Gauge: "kv.bodies.held",
        GaugeDescription: "Bytes of large bodies that have arrived and whose calls have not ended.",
        Counter: "kv.bodies.refused",
        CounterUnit: "{body}",
        CounterDescription: "Large bodies that were refused because others hold too much.",
        Error: Problems.TooManyBodies,
        Subject: "large bodies",
        Remedy: "Send the rest of the open bodies, or try again.");

    /// <summary>The problem's explanation.</summary>
    public string Detail(long most) => string.Create(
        CultureInfo.InvariantCulture,
        $"The limit for {Subject} is reached ({most} bytes in all; one namespace and app may hold as much as remains "
        + $"free). {Remedy}");
}
