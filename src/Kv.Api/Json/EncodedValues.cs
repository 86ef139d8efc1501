using System.Buffers;
using Kv.Api.Errors;
using Base64Text = System.Buffers.Text.Base64;

namespace Kv.Api.Json;

/// <summary>Values in JSON: text directly, other bytes as base64 with the member <c>encoding</c>.</summary>
internal static class EncodedValues
{
    public const string Base64 = "base64";

    /// <summary>Decodes a value.</summary>
    /// <param name="text">The member <c>value</c>; null when it is absent.</param>
    /// <param name="encoding">The member <c>encoding</c>; null when it is absent.</param>
    /// <param name="path">The prefix of the members' names in errors, for example <c>success[3].</c></param>
    /// <exception cref="BodyException">
    /// The encoding is unknown, the value is absent, or the value is malformed.
    /// </exception>
    public static ReadOnlyMemory<byte>? Decode(ReadOnlyMemory<byte>? text, string? encoding, string path = "")
    {
        if (encoding is null)
            return text;
        if (!encoding.Equals(Base64, StringComparison.OrdinalIgnoreCase))
            throw new BodyException($"{path}encoding", $"{path}encoding must be base64, or absent");
        if (text is not { } encoded)
            throw new BodyException($"{path}encoding", $"{path}encoding requires value");
        var bytes = new byte[Base64Text.GetMaxDecodedFromUtf8Length(encoded.Length)];
        return Base64Text.DecodeFromUtf8(encoded.Span, bytes, out _, out var length) == OperationStatus.Done
            ? bytes.AsMemory(0, length)
            : throw new BodyException($"{path}value", $"{path}value must be base64, as encoding says");
    }
}
