using Kv.Domain.Access;

namespace Kv.Application.Access;

/// <summary>Whoever makes the present request.</summary>
public interface ICaller
{
    /// <summary>What they may do; nothing when nobody has said who they are.</summary>
    Grants Grants { get; }
}

/// <summary>Who may do everything: every caller where no credentials are asked for, and the operator at the command line.</summary>
internal sealed class AnyCaller : ICaller
{
    public Grants Grants => Grants.All;
}
