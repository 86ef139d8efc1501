using System.Globalization;

namespace Kv.Api.Configuration;

/// <summary>
/// Reads settings by name (usually environment variables) and collects all errors, so that an operator sees them at
/// once. An empty setting counts as absent.
/// </summary>
internal sealed class Settings(IConfiguration configuration)
{
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];

    /// <summary>Warnings about settings that do not prevent the start.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public string? Text(string name) => configuration[name] is { Length: > 0 } text ? text : null;

    public string Text(string name, string fallback, Func<string, bool> isAllowed, string allowed)
    {
        // Check the fallback as well: another setting may make it invalid.
        var text = Text(name) ?? fallback;
        if (isAllowed(text))
            return text;
        Refuse(name, text, allowed);
        return fallback;
    }

    /// <summary>A setting with one of several words.</summary>
    public T OneOf<T>(string name, T fallback, params (string Word, T Value)[] words)
    {
        if (Text(name) is not { } text)
            return fallback;
        var names = words.Select(word => word.Word).ToArray();
        if (Array.IndexOf(names, text) is >= 0 and var given)
            return words[given].Value;
        Refuse(name, text, $"{string.Join(", ", names[..^1])} or {names[^1]}");
        return fallback;
    }

    /// <summary>A whole number of seconds.</summary>
    public TimeSpan Seconds(string name, TimeSpan fallback, long min, long max) =>
        TimeSpan.FromSeconds(Number(name, (long)fallback.TotalSeconds, min, max));

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

    /// <summary>A limit; null for 0, which means no limit.</summary>
    public long? Limit(string name, long fallback, long max) =>
        Number(name, fallback, 0, max) is > 0 and var limit ? limit : null;

    /// <summary>A time with a unit; null when it is absent or refused.</summary>
    public TimeSpan? Time(string name, TimeSpan shortest, TimeSpan longest, string allowed)
    {
        if (Text(name) is not { } text)
            return null;
        if (Durations.TryParse(text, longest) is { } time && time >= shortest)
            return time;
        Refuse(name, text, allowed);
        return null;
    }

    /// <summary>True or false; false when it is absent.</summary>
    public bool Flag(string name) =>
        bool.Parse(Text(name, "false", text => bool.TryParse(text, out _), "true or false"));

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

    /// <summary>Refuses one setting of a pair without the other.</summary>
    // The message contains no value, because it could be a password.
    public void RequirePair(string left, string right)
    {
        if (Text(left) is null != Text(right) is null)
            Refuse(Text(left) is null ? left : right, "", $"given, as {left} and {right} go together");
    }

    /// <summary>Checks .NET's log levels, because an invalid one would end the start with a stack trace.</summary>
    public void CheckLogLevels()
    {
        var wrong = configuration.GetSection("Logging").AsEnumerable().Where(setting =>
            setting.Key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)
            && setting.Value is { Length: > 0 } level && !Enum.TryParse<LogLevel>(level, ignoreCase: true, out _));
        foreach (var (name, level) in wrong)
            Refuse(
                name.Replace(":", "__", StringComparison.Ordinal), level!,
                    $"one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
    }

    /// <summary>Warns about settings that have no effect because of another setting.</summary>
    /// <param name="needed">The required setting, for example "AUTH=jwt".</param>
    /// <param name="names">The names of the settings.</param>
    public void WarnWithoutEffect(string needed, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Text(name) is not null)
                _warnings.Add($"{name} has no effect: it needs {needed}");
    }

    public void Warn(string warning) => _warnings.Add(warning);

    public void Refuse(string name, string value, string allowed) =>
        _problems.Add($"{name} is '{value}'; it must be {allowed}.");

    /// <exception cref="ConfigurationException">A setting is invalid.</exception>
    public void ThrowIfRefused()
    {
        if (_problems.Count > 0)
            throw new ConfigurationException(string.Join(Environment.NewLine, _problems));
    }
}
