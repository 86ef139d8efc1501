namespace Kv.Infrastructure.Storage.Etcd;

/// <summary>The health of a member, from worst to best. Calls go to the members of the best health.</summary>
internal enum MemberHealth
{
    /// <summary>It does not answer at all.</summary>
    Silent,

    /// <summary>It answers, but no linearizable reads; or it has not been probed yet.</summary>
    Unwell,

    /// <summary>It answers a linearizable read in time.</summary>
    Well,
}
