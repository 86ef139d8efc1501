using Kv.Infrastructure.Deliveries.Targets;
using Kv.Infrastructure.Tls;

namespace Kv.Infrastructure.Deliveries;

/// <summary>How webhooks are called, and when a call is repeated.</summary>
public sealed record DeliveryOptions
{
    /// <summary>
    /// How long one attempt may take unless the webhook sets it, from connecting to the end of the answer; 1 s to 30 s.
    /// Default 10 s.
    /// </summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The header <c>User-Agent</c>. The default is that of simple-golang-kv, as receivers may check it.
    /// </summary>
    public string UserAgent { get; init; } = "github.com/mrofi/simple-golang-kv";

    /// <summary>Which headers a webhook may not set, and whether answers show the others. Default: no.</summary>
    public HeaderPolicy Headers { get; init; } = new();

    /// <summary>The addresses that may be called.</summary>
    public TargetOptions Targets { get; init; } = new();

    /// <summary>
    /// A PEM file with further authorities that may sign receivers' certificates, besides the system's; null for none.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>How often <see cref="CaFile"/> is checked for changes.</summary>
    public TimeSpan ReloadInterval { get; init; } = PemCertificates.ReloadInterval;

    /// <summary>
    /// How long to wait before each further attempt. Default <see cref="Domain.Deliveries.RetrySchedule.Default"/>.
    /// </summary>
    public RetrySchedule RetrySchedule { get; init; } = RetrySchedule.Default;

    /// <summary>
    /// How many deliveries of one webhook wait in memory, at least 2; further ones wait only in the store.
    /// Default 10 000.
    /// </summary>
    public int LaneCapacity { get; init; } = 10_000;

    /// <summary>
    /// How many pending and failed deliveries of one webhook the store keeps, 1 to 10 000 000. Default 100 000; further
    /// ones are dropped.
    /// </summary>
    public long BacklogDeliveries { get; init; } = 100_000;

    /// <summary>The most bytes of values that they may have. Default 64 MiB; further deliveries are dropped.</summary>
    public long BacklogBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a webhook may fail without a success before it is disabled. Default 5 days.</summary>
    public TimeSpan DisableAfter { get; init; } = TimeSpan.FromDays(5);
}
