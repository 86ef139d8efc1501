using System.Globalization;
using System.Net;
using System.Text;

namespace Kv.Benchmarks.Soak;

/// <summary>
/// Draws lines over time as an SVG of small panels. The quarters that are compared are shaded, restarts are marked. The
/// colours follow the reader's theme, light or dark.
/// </summary>
internal static class SoakPicture
{
    private const int Columns = 3;
    private const int PanelWidth = 320;
    private const int PanelHeight = 190;
    private const int Left = 46;
    private const int Top = 46;
    private const int PlotWidth = PanelWidth - Left - 14;
    private const int PlotHeight = PanelHeight - Top - 26;
    private const int Header = 34;

    // A line of more points than this is drawn by the medians of equal parts.
    private const int Points = 120;

    private const string Style = """
        text { font: 11px system-ui, sans-serif; fill: #57606a }
        .title { font-weight: 600; font-size: 12px; fill: #1f2328 }
        .verdict { text-anchor: end }
        .axis { stroke: #d0d7de; fill: none }
        .shade { fill: #818b98; fill-opacity: .12 }
        .restart { stroke: #818b98; stroke-dasharray: 2 2 }
        .line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
        .c0 { stroke: #0969da } .t0 { fill: #0969da }
        .c1 { stroke: #bc4c00 } .t1 { fill: #bc4c00 }
        .c2 { stroke: #1a7f37 } .t2 { fill: #1a7f37 }
        @media (prefers-color-scheme: dark) {
          text { fill: #9198a1 } .title { fill: #f0f6fc } .axis { stroke: #3d444d }
          .c0 { stroke: #4493f8 } .t0 { fill: #4493f8 }
          .c1 { stroke: #f0883e } .t1 { fill: #f0883e }
          .c2 { stroke: #3fb950 } .t2 { fill: #3fb950 }
        }
        """;

    /// <param name="lines">The lines; those of one panel stand together.</param>
    /// <param name="duration">How long the run lasted.</param>
    /// <param name="restarts">When a replica was restarted.</param>
    public static string Draw(IReadOnlyList<SoakLine> lines, TimeSpan duration, IReadOnlyList<TimeSpan> restarts)
    {
        var panels = lines.GroupBy(line => line.Panel).ToList();
        var height = Header + ((panels.Count + Columns - 1) / Columns * PanelHeight);
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Columns * PanelWidth} {height}" role="img">""");
        Add(svg, $"<title>Kv under steady load for {Span(duration)}</title>");
        Add(svg, $"<style>{Style}</style>");
        Add(svg, $"""<text x="{Left}" y="20">{Span(duration)}; the shaded quarters are compared{(restarts.Count > 0 ? ", dashed lines are restarts" : "")}</text>""");
        for (var i = 0; i < panels.Count; i++)
        {
            Add(svg, $"""<g transform="translate({i % Columns * PanelWidth} {Header + (i / Columns * PanelHeight)})">""");
            Panel(svg, panels[i].Key, [.. panels[i]], duration, restarts);
            Add(svg, $"</g>");
        }
        Add(svg, $"</svg>");
        return svg.ToString();
    }

    private static void Panel(
        StringBuilder svg, string title, IReadOnlyList<SoakLine> lines, TimeSpan duration,
        IReadOnlyList<TimeSpan> restarts)
    {
        var drawn = lines.Select(line => Thin(line.Values)).ToList();
        var most = Rounded(
            drawn.SelectMany(points => points).Where(value => !double.IsNaN(value)).DefaultIfEmpty(0).Max());
        var verdicts = lines.Select(line => line.Judge()).OfType<Flatness>().ToList();
        Add(svg, $"""<text class="title" x="{Left}" y="14">{WebUtility.HtmlEncode(title)}</text>""");
        if (verdicts.Count > 0)
            Add(svg, $"""<text class="verdict" x="{Left + PlotWidth}" y="14">{(verdicts.All(one => one.IsFlat) ? "flat" : "RISES")}</text>""");
        foreach (var quarter in (int[])[1, 3])
            Add(svg, $"""<rect class="shade" x="{Left + (quarter * PlotWidth / 4)}" y="{Top}" width="{PlotWidth / 4}" height="{PlotHeight}"/>""");
        foreach (var x in restarts.Select(at => Left + (PlotWidth * (at / duration))))
            Add(svg, $"""<path class="restart" d="M{x:F1} {Top}v{PlotHeight}"/>""");
        Add(svg, $"""<path class="axis" d="M{Left} {Top}v{PlotHeight}h{PlotWidth}M{Left} {Top}h{PlotWidth}"/>""");
        Add(svg, $"""<text x="{Left - 5}" y="{Top + 4}" text-anchor="end">{most:0.##}</text>""");
        Add(svg, $"""<text x="{Left - 5}" y="{Top + PlotHeight + 4}" text-anchor="end">0</text>""");
        Add(svg, $"""<text x="{Left}" y="{Top + PlotHeight + 15}">0</text>""");
        Add(svg, $"""<text x="{Left + PlotWidth}" y="{Top + PlotHeight + 15}" text-anchor="end">{Span(duration)}</text>""");
        var names = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            Add(svg, $"""<path class="line c{i}" d="{Path(drawn[i], most)}"/>""");
            Add(names, $"""<tspan class="t{i}">{WebUtility.HtmlEncode(lines[i].Name)}</tspan>  """);
        }
        Add(svg, $"""<text x="{Left}" y="32" xml:space="preserve">{names.ToString().TrimEnd()}</text>""");
    }

    private static string Path(List<double> points, double most)
    {
        var path = new StringBuilder();
        var isDrawing = false;
        for (var i = 0; i < points.Count; i++)
        {
            if (!double.IsNaN(points[i]))
            {
                var x = Left + (PlotWidth * (i + 0.5) / points.Count);
                var y = Top + (PlotHeight * (1 - (points[i] / most)));
                path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{x:F1} {y:F1}");
            }
            isDrawing = !double.IsNaN(points[i]);
        }
        return path.ToString();
    }

    private static List<double> Thin(List<double> values)
    {
        var parts = Math.Min(Points, values.Count);
        return [
            .. Enumerable.Range(0, parts)
                .Select(part => Median(values, part * values.Count / parts, (part + 1) * values.Count / parts))];
    }

    private static double Median(List<double> values, int from, int to)
    {
        var sorted = values.Skip(from).Take(to - from).Where(value => !double.IsNaN(value)).Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[sorted.Count / 2];
    }

    // The next of 1, 2, 2.5, 5 and 10 times a power of ten, so that the axis ends at a round number.
    private static double Rounded(double most)
    {
        if (most <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return new[] { 1, 2, 2.5, 5, 10 }.First(step => most <= step * power) * power;
    }

    private static string Span(TimeSpan span) =>
        span < TimeSpan.FromHours(2)
            ? $"{span.TotalMinutes:0.#} min"
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} h");

    private static void Add(StringBuilder svg, FormattableString line) =>
        svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
