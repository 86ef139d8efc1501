using System.Globalization;
using System.Text.RegularExpressions;

namespace Kv.Api.Tests.Hosting;

/// <summary>An answer of <c>/metrics</c>, in the text format of Prometheus.</summary>
internal sealed partial class Scrape
{
    private readonly (string Name, string Labels, double Value)[] _series;

    private Scrape(string text)
    {
        Text = text;
        _series =
        [
            .. Line().Matches(text).Select(line => (
                line.Groups[1].Value, line.Groups[2].Value,
                double.Parse(line.Groups[3].Value, CultureInfo.InvariantCulture))),
        ];
        Names = _series.Select(series => series.Name).ToHashSet();
    }

    public string Text { get; }

    /// <summary>The names of all series; a histogram has three.</summary>
    public IReadOnlySet<string> Names { get; }

    public static async Task<Scrape> Of(KvClient kv)
    {
        var answer = await kv.Send(HttpMethod.Get, "/metrics");
        Assert.That((answer.Status, answer.ContentType), Is.EqualTo((200, "text/plain")), answer.ToString());
        return new Scrape(answer.Body);
    }

    /// <summary>
    /// The sum of the series of a name that have these labels, each written <c>name="value"</c>; null when there is
    /// none.
    /// </summary>
    public double? Sum(string name, params string[] labels)
    {
        var found = _series.Where(series => series.Name == name && Array.TrueForAll(labels, series.Labels.Contains))
            .ToArray();
        return found.Length == 0 ? null : found.Sum(series => series.Value);
    }

    [GeneratedRegex(@"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ \n]+)(?: \d+)?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
