using Kv.FaultTests.Deployments;

namespace Kv.FaultTests.Faults;

/// <summary>A fault that can be injected.</summary>
internal sealed record FaultKind
{
    private readonly Func<Deployment, FaultScene, Task> _happen;

    private FaultKind(string name, Func<Deployment, FaultScene, Task> happen) => (Name, _happen) = (name, happen);

    /// <summary>Its name on the command line.</summary>
    public string Name { get; }

    /// <summary>Whether no other fault may happen at the same time, because it needs a store that answers.</summary>
    public bool IsAlone { get; init; }

    /// <summary>A fault of a kind of deployment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="happen">Makes it happen, and undoes it.</param>
    public static FaultKind Of<T>(string name, Func<T, FaultScene, Task> happen)
        where T : Deployment => new(name, (deployment, scene) => happen((T)deployment, scene));

    /// <summary>Makes it happen, and undoes it.</summary>
    public Task Happen(Deployment deployment, FaultScene scene) => _happen(deployment, scene);
}
