using Kv.Domain.Deliveries;

namespace Kv.Infrastructure.Deliveries;

/// <summary>How webhooks are called, and called again.</summary>
public sealed record DeliveryOptions
{
    /// <summary>How long one attempt may take where the webhook does not say, from connecting to the end of the answer; 1 s to 30 s. Default 10 s.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The header <c>User-Agent</c>. The default is what simple-golang-kv sent, as receivers may go by it.</summary>
    public string UserAgent { get; init; } = "github.com/mrofi/simple-golang-kv";

    /// <summary>Which addresses may be called.</summary>
    public TargetOptions Targets { get; init; } = new();

    /// <summary>How long to wait before each further attempt. Default <see cref="Domain.Deliveries.RetrySchedule.Default"/>.</summary>
    public RetrySchedule RetrySchedule { get; init; } = RetrySchedule.Default;

    /// <summary>How long a webhook may have nothing but failures before it is disabled. Default 5 days.</summary>
    public TimeSpan DisableAfter { get; init; } = TimeSpan.FromDays(5);
}
