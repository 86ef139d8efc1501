using Kv.Domain.Audit;

namespace Kv.Api.CommandLine;

/// <summary>The actor at the command line: the operating system's user.</summary>
internal sealed class CommandLineActor : IActor
{
    public string Name { get; } = $"cli:{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Null: the name contains the machine.</summary>
    public string? Address => null;
}
