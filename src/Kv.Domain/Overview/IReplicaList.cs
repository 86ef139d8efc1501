using System.Net;

namespace Kv.Domain.Overview;

/// <summary>The replicas of the deployment.</summary>
public interface IReplicaList
{
    /// <summary>Reads the replicas, in the order in which they would lead: the first one leads.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer in time.</exception>
    Task<IReadOnlyList<Replica>> Read(CancellationToken cancellationToken);
}

/// <summary>A replica.</summary>
/// <param name="Addresses">The addresses at which it listens; empty when it announced none.</param>
public sealed record Replica(IReadOnlyList<IPEndPoint> Addresses);
