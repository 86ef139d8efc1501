using AutoMapper;
using Kv.Domain.Webhooks;

namespace Kv.Application.Webhooks;

/// <summary>A webhook, as its owner sees it: without its secret and its headers' values, which may be credentials.</summary>
public sealed class WebhookDto
{
    /// <summary>The id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The tenant's app.</summary>
    public required string AppName { get; init; }

    /// <summary>The key, or the prefix with a wildcard.</summary>
    public required string Key { get; init; }

    /// <summary>The names of the events, in a fixed order.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The URL.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The HTTP method, in capital letters.</summary>
    public required string Method { get; init; }

    /// <summary>The names of its headers.</summary>
    public required IReadOnlyList<string> HeaderNames { get; init; }

    /// <summary>The payload: a JSON object, or empty for none.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the body tells of the change.</summary>
    public bool AddEventData { get; init; }

    /// <summary>The second of Unix time at which it was registered.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Whether updates that set the same value are passed over.</summary>
    public bool ChangedOnly { get; init; }

    /// <summary>How long a delivery may take, in seconds; null for the deployment's default.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether its messages are signed.</summary>
    public bool HasSecret { get; init; }

    /// <summary>Whether it fires.</summary>
    public bool IsActive { get; init; }

    /// <summary>Why it does not fire; null while it does.</summary>
    public string? DisabledReason { get; init; }
}

internal sealed class WebhookProfile : Profile
{
    public WebhookProfile() => CreateMap<Webhook, WebhookDto>()
        .ForMember(dto => dto.Namespace, map => map.MapFrom(source => source.Tenant.Namespace))
        .ForMember(dto => dto.AppName, map => map.MapFrom(source => source.Tenant.AppName))
        .ForMember(dto => dto.Key, map => map.MapFrom(source => source.Settings.Pattern.Text))
        .ForMember(dto => dto.Events, map => map.MapFrom(source => source.Settings.Events.Names))
        .ForMember(dto => dto.Endpoint, map => map.MapFrom(source => source.Settings.Endpoint))
        .ForMember(dto => dto.Method, map => map.MapFrom(source => source.Settings.Method))
        .ForMember(dto => dto.HeaderNames, map => map.MapFrom(source => source.Settings.Headers.Keys.ToList()))
        .ForMember(dto => dto.Payload, map => map.MapFrom(source => source.Settings.Payload))
        .ForMember(dto => dto.AddEventData, map => map.MapFrom(source => source.Settings.AddEventData))
        .ForMember(dto => dto.ChangedOnly, map => map.MapFrom(source => source.Settings.ChangedOnly))
        .ForMember(dto => dto.TimeoutSeconds, map => map.MapFrom(source => source.Settings.TimeoutSeconds))
        .ForMember(dto => dto.HasSecret, map => map.MapFrom(source => source.Secret != null));
}
