using System.Text.Json;
using Kv.Api.Json;

namespace Kv.Api.Watching;

/// <summary>A request for a ticket.</summary>
public sealed record WatchTicketBody : IBody<WatchTicketBody>
{
    /// <summary>The prefix of the keys that the ticket allows to watch; without it, all keys.</summary>
    /// <example>user/</example>
    public string? Prefix { get; init; }

    static WatchTicketBody IBody<WatchTicketBody>.Read(ref Utf8JsonReader reader) =>
        new() { Prefix = JsonMembers.ReadBody(ref reader, "prefix").Text("prefix") };
}

/// <summary>A ticket.</summary>
public sealed record WatchTicketAnswer
{
    /// <summary>The ticket, for the query parameter `ticket` of `GET /watch`.</summary>
    /// <example>c2ltcGx5LW5vdC10by1iZS1ndWVzc2VkLWJ5LWFueS0</example>
    public required string Ticket { get; init; }

    /// <summary>The validity in seconds.</summary>
    /// <example>30</example>
    public required long ExpiresIn { get; init; }
}
