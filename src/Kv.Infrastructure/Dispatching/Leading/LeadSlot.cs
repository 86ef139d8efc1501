namespace Kv.Infrastructure.Dispatching.Leading;

/// <summary>Holds the lead of a term's scope.</summary>
internal sealed class LeadSlot
{
    /// <summary>The lead; set before any other service of the term is created.</summary>
    public Lead? Lead { get; set; }
}
