namespace Kv.Domain.KeyValues;

/// <summary>A pattern for a tenant's keys: one key, or every key with a prefix.</summary>
public readonly record struct KeyPattern
{
    private KeyPattern(string text) => Text = text;

    /// <summary>
    /// The text of the pattern: a key, or a prefix (which may be empty) followed by <see cref="Key.Wildcard"/>.
    /// </summary>
    public string Text { get; }

    /// <summary>Whether the pattern matches every key with a prefix.</summary>
    public bool IsPrefix => Text.EndsWith(Key.Wildcard);

    /// <summary>The key, or the prefix without its wildcard.</summary>
    public string KeyOrPrefix => IsPrefix ? Text[..^1] : Text;

    /// <exception cref="ArgumentException">The text is empty or has no UTF-8 form.</exception>
    public static KeyPattern Parse(string text)
    {
        if (text.Length == 0 || !Domain.Text.IsWellFormed(text))
            throw new ArgumentException("Not a key or a prefix.", nameof(text));
        return new KeyPattern(text);
    }

    /// <summary>Whether the pattern matches a key, with regard to letter case.</summary>
    public bool Matches(string key) => IsPrefix
        ? key.AsSpan().StartsWith(Text.AsSpan(0, Text.Length - 1), StringComparison.Ordinal)
        : key.Equals(Text, StringComparison.Ordinal);

    public override string ToString() => Text;
}
