using Kv.Domain.Audit;

namespace Kv.Api.Operation;

/// <summary>Who asks, at the command line: the user of the machine, as it tells.</summary>
internal sealed class CommandLineActor : IActor
{
    public string Name { get; } = $"cli:{Environment.UserName}@{Environment.MachineName}";

    /// <summary>None: the name tells the machine.</summary>
    public string? Address => null;
}
