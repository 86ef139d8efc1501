using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Kv.Architecture.Tests;

/// <summary>The table of symptoms in docs/operations.md, compared with the lines that Kv can log.</summary>
internal sealed partial class SymptomTests
{
    private const string Anything = "…";
    private const int LogLineColumn = 2;

    private static readonly LoggerMessageAttribute[] Logged =
    [
        .. Layers.All.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(
                BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static
                    | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>(),
    ];

    private static readonly string[] Quoted =
    [
        .. File.ReadLines(Path.Combine(Layers.Root, "docs", "operations.md"))
            .SkipWhile(line => line != "## Symptoms").Skip(1)
                .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|'))
            .SelectMany(row => Quote().Matches(row.Split('|')[LogLineColumn]).Select(quote => quote.Groups[1].Value)),
    ];

    [Test]
    public void Every_line_that_the_table_quotes_can_be_logged()
    {
        Assert.That(Quoted, Has.Length.GreaterThan(30));
        Assert.That(Quoted.Where(quoted => !Logged.Any(logged => Matches(quoted, logged))), Is.Empty);
    }

    [Test]
    public void Every_warning_and_every_error_is_in_the_table() => Assert.That(
        // A message that is only a placeholder is about settings, and names them.
        Logged.Where(
            logged => logged.Level >= LogLevel.Warning && Text(logged) != Anything
                && !Quoted.Any(quoted => Matches(quoted, logged)))
            .Select(logged => logged.Message),
        Is.Empty);

    // The end of a long line may be left out.
    private static bool Matches(string quoted, LoggerMessageAttribute logged) =>
        Text(logged) == quoted
        || (quoted.EndsWith(Anything, StringComparison.Ordinal)
            && Text(logged).StartsWith(quoted[..^Anything.Length], StringComparison.Ordinal));

    private static string Text(LoggerMessageAttribute logged) => Placeholder().Replace(logged.Message, Anything);

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quote();
}
