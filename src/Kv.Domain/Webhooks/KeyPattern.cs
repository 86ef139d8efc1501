using Kv.Domain.KeyValues;

namespace Kv.Domain.Webhooks;

/// <summary>Which keys of a tenant a webhook is about: one key, or every key with a prefix.</summary>
public readonly record struct KeyPattern
{
    private KeyPattern(string text) => Text = text;

    /// <summary>The pattern as it was registered: a key, or a prefix (which may be empty) with <see cref="Key.Wildcard"/> behind it.</summary>
    public string Text { get; }

    /// <summary>Whether it stands for every key with a prefix.</summary>
    public bool IsPrefix => Text.EndsWith(Key.Wildcard);

    /// <summary>The key, or the prefix without its wildcard.</summary>
    public string KeyOrPrefix => IsPrefix ? Text[..^1] : Text;

    /// <summary>Makes a pattern of a text.</summary>
    /// <exception cref="ArgumentException">The text is empty or has no UTF-8 form.</exception>
    public static KeyPattern Of(string text)
    {
        if (text.Length == 0 || !Domain.Text.IsWellFormed(text))
            throw new ArgumentException("Not a key or a prefix.", nameof(text));
        return new KeyPattern(text);
    }

    /// <summary>Whether a key is one of those that the pattern stands for. Letter case counts.</summary>
    public bool Matches(string key) => IsPrefix
        ? key.AsSpan().StartsWith(Text.AsSpan(0, Text.Length - 1), StringComparison.Ordinal)
        : key.Equals(Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
