using System.Globalization;
using Kv.Domain;

namespace Kv.Api.Configuration;

/// <summary>
/// Reads settings by their names (environment variables, as a rule) and gathers what is wrong with them, so that an
/// operator sees every mistake at once. An empty setting counts as absent.
/// </summary>
internal sealed class Settings(IConfiguration configuration)
{
    private readonly List<string> _problems = [];

    public string? Text(string name) => configuration[name] is { Length: > 0 } text ? text : null;

    public string Text(string name, string fallback, Func<string, bool> isAllowed, string allowed)
    {
        // The fallback is judged too: another setting may have made it impossible.
        var text = Text(name) ?? fallback;
        if (isAllowed(text))
            return text;
        Refuse(name, text, allowed);
        return fallback;
    }

    public long Number(string name, long fallback, long min, long max)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max)
            return number;
        Refuse(name, text, $"a whole number from {min} to {max}");
        return fallback;
    }

    public string? ExistingFile(string name)
    {
        if (Text(name) is not { } path)
            return null;
        if (File.Exists(path))
            return path;
        Refuse(name, path, "the path of a file that exists");
        return null;
    }

    /// <summary>A comma-separated list; null when it is absent or refused.</summary>
    public T[]? List<T>(string name, Func<string, T?> read, int max, string allowed)
        where T : struct
    {
        if (Text(name) is not { } text)
            return null;
        var items = text.Split(',', StringSplitOptions.TrimEntries).Select(read).ToArray();
        if (items.Length <= max && items.All(item => item is not null))
            return [.. items.OfType<T>()];
        Refuse(name, text, allowed);
        return null;
    }

    /// <summary>Refuses one of two settings without the other.</summary>
    // A password must not show in a message, so the value of neither does.
    public void RequirePair(string left, string right)
    {
        if (Text(left) is null != Text(right) is null)
            Refuse(Text(left) is null ? left : right, "", $"given, as {left} and {right} go together");
    }

    /// <summary>Judges the levels of .NET's own logging, which would end the start with a stack trace.</summary>
    public void CheckLogLevels()
    {
        var wrong = configuration.GetSection("Logging").AsEnumerable().Where(setting =>
            setting.Key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)
            && setting.Value is { Length: > 0 } level && !Enum.TryParse<LogLevel>(level, ignoreCase: true, out _));
        foreach (var (name, level) in wrong)
            Refuse(name.Replace(":", "__", StringComparison.Ordinal), level!, $"one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
    }

    public void Refuse(string name, string value, string allowed) =>
        _problems.Add($"{name} is '{value}'; it must be {allowed}.");

    /// <exception cref="ConfigurationException">Something is wrong.</exception>
    public void ThrowIfRefused()
    {
        if (_problems.Count > 0)
            throw new ConfigurationException(string.Join(Environment.NewLine, _problems));
    }
}
