namespace Kv.Domain.KeyValues;

/// <summary>The name of a value within its tenant: any well-formed text except the empty one.</summary>
public readonly record struct Key
{
    /// <summary>
    /// At the end of a key in a read, this character selects every key with the preceding text as its prefix.
    /// </summary>
    public const char Wildcard = '*';

    private Key(string text) => Value = text;

    /// <summary>The text of the key.</summary>
    public string Value { get; }

    /// <exception cref="ArgumentException">The text is empty or has no UTF-8 form.</exception>
    public static Key Parse(string text)
    {
        if (text.Length == 0 || !Text.IsWellFormed(text))
            throw new ArgumentException("Not a key.", nameof(text));
        return new Key(text);
    }

    public override string ToString() => Value;
}
