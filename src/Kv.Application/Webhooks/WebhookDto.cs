namespace Kv.Application.Webhooks;

/// <summary>
/// A webhook in answers: without its secret, and with a mask for each header value that the deployment hides.
/// </summary>
public sealed class WebhookDto
{
    public required Guid Id { get; init; }

    public required string Namespace { get; init; }

    public required string AppName { get; init; }

    /// <summary>The key, or the prefix with a wildcard.</summary>
    public required string Key { get; init; }

    /// <summary>The names of the events, in a fixed order.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The URL, with a masked password.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The HTTP method, in capital letters.</summary>
    public required string Method { get; init; }

    /// <summary>The headers that it sends.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The names of stored headers that are reserved by now and therefore not sent.</summary>
    public required IReadOnlyList<string> HeadersNotSent { get; init; }

    /// <summary>The payload: a JSON object, or empty for none.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the body contains the change.</summary>
    public bool AddEventData { get; init; }

    /// <summary>The time of registration, in Unix seconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Whether to skip updates that set the same value.</summary>
    public bool ChangedOnly { get; init; }

    /// <summary>Whether the body contains the key's previous state.</summary>
    public bool IncludePrevious { get; init; }

    /// <summary>The timeout of an attempt, in seconds; null for the deployment's default.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Whether its messages are signed.</summary>
    public bool HasSecret { get; init; }

    public bool IsActive { get; init; }

    /// <summary>The reason why it is disabled; null while it is enabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The principal that is responsible for the endpoint; null when it is unknown.</summary>
    public Principal? RegisteredBy { get; init; }

    /// <summary>The number of lost deliveries since the webhook was last enabled.</summary>
    public long Dropped { get; init; }

    /// <summary>The Unix second of the first loss; 0 without losses.</summary>
    public long DroppedSince { get; init; }
}

internal sealed class WebhookProfile : Profile
{
    public WebhookProfile() => CreateMap<Webhook, WebhookDto>()
        .ForMember(dto => dto.Namespace, map => map.MapFrom(source => source.Tenant.Namespace))
        .ForMember(dto => dto.AppName, map => map.MapFrom(source => source.Tenant.AppName))
        .ForMember(dto => dto.Key, map => map.MapFrom(source => source.Settings.Pattern.Text))
        .ForMember(dto => dto.Events, map => map.MapFrom(source => source.Settings.Events.Names))
        .ForMember(dto => dto.Endpoint, map => map.MapFrom(source => Shown(source.Settings.Endpoint)))
        .ForMember(dto => dto.Method, map => map.MapFrom(source => source.Settings.Method))
        .ForMember(dto => dto.Headers, map => map.MapFrom<HeadersInAnswers>())
        .ForMember(dto => dto.HeadersNotSent, map => map.MapFrom<HeadersInAnswers>())
        .ForMember(dto => dto.Payload, map => map.MapFrom(source => source.Settings.Payload))
        .ForMember(dto => dto.AddEventData, map => map.MapFrom(source => source.Settings.AddEventData))
        .ForMember(dto => dto.ChangedOnly, map => map.MapFrom(source => source.Settings.ChangedOnly))
        .ForMember(dto => dto.IncludePrevious, map => map.MapFrom(source => source.Settings.IncludePrevious))
        .ForMember(dto => dto.TimeoutSeconds, map => map.MapFrom(source => source.Settings.TimeoutSeconds))
        .ForMember(dto => dto.HasSecret, map => map.MapFrom(source => source.Secret != null));

    private static string Shown(string endpoint) => WebhookEndpoint.PasswordOf(endpoint) is null
        ? endpoint
        : WebhookEndpoint.WithPassword(endpoint, WebhookInput.Masked);
}

/// <summary>Maps a webhook's headers for answers, by the deployment's policy.</summary>
internal sealed class HeadersInAnswers(HeaderPolicy policy)
    : IValueResolver<Webhook, WebhookDto, IReadOnlyDictionary<string, string>>,
        IValueResolver<Webhook, WebhookDto, IReadOnlyList<string>>
{
    public IReadOnlyDictionary<string, string> Resolve(
        Webhook source, WebhookDto destination, IReadOnlyDictionary<string, string> destMember,
        ResolutionContext context) =>
        source.Settings.Headers.Where(header => !policy.IsReserved(header.Key))
            .ToDictionary(header => header.Key, header => policy.AreShown ? header.Value : WebhookInput.Masked);

    public IReadOnlyList<string> Resolve(
        Webhook source, WebhookDto destination, IReadOnlyList<string> destMember, ResolutionContext context) =>
        [.. source.Settings.Headers.Keys.Where(policy.IsReserved)];
}
