using System.Text.Json;
using System.Text.Json.Serialization;
using Kv.Api.Errors;
using Kv.Api.Json;
using Kv.Application.Transfers;

namespace Kv.Api.Transfers;

/// <summary>A copy of the keys with a prefix.</summary>
public sealed record CopyKeysBody : IBody<CopyKeysBody>
{
    /// <summary>The prefix of the keys; empty for all keys.</summary>
    /// <example>user:</example>
    [JsonRequired]
    public string From { get; init; } = "";

    /// <summary>The prefix of the copies, in place of `from`.</summary>
    /// <example>backup/user:</example>
    [JsonRequired]
    public string To { get; init; } = "";

    /// <summary>Whether to overwrite keys that exist; without it, they are kept.</summary>
    public bool? Overwrite { get; init; }

    /// <summary>Whether to report the result without writing.</summary>
    public bool? DryRun { get; init; }

    /// <summary>The cursor of the previous call; absent in the first one.</summary>
    public string? Cursor { get; init; }

    internal CopyKeyValues ToRequest(string space, string app) =>
        new(space, app, From, To, Overwrite ?? false, DryRun ?? false, Cursor);

    static CopyKeysBody IBody<CopyKeysBody>.Read(ref Utf8JsonReader reader)
    {
        var members = JsonMembers.ReadBody(ref reader, "from", "to", "overwrite", "dry_run", "cursor");
        return new CopyKeysBody
        {
            From = members.Text("from") ?? throw new BodyException("from", "from is required"),
            To = members.Text("to") ?? throw new BodyException("to", "to is required"),
            Overwrite = members.Flag("overwrite"),
            DryRun = members.Flag("dry_run"),
            Cursor = members.Text("cursor"),
        };
    }
}

/// <summary>The result of a copy, or of a part of it.</summary>
public sealed record CopiedKeysAnswer
{
    /// <summary>The number of written copies; in a dry run, of copies to write.</summary>
    /// <example>1</example>
    public required long Copied { get; init; }

    /// <summary>
    /// The number of keys that were not copied because the new name exists. With `overwrite` it is 0.
    /// </summary>
    public required long Existing { get; init; }

    /// <summary>
    /// The number of keys that were not copied because the new name is invalid, for example too long.
    /// </summary>
    public required long Invalid { get; init; }

    /// <summary>Whether nothing was written, because only the result was requested.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Send it with the same body to copy the rest; null when all is done.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Cursor { get; init; }

    internal static CopiedKeysAnswer From(KeyCopies copies, bool isDryRun) => new()
    {
        Copied = copies.Copied,
        Existing = copies.Existing,
        Invalid = copies.Invalid,
        DryRun = isDryRun,
        Cursor = copies.Cursor,
    };
}
