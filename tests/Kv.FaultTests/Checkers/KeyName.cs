namespace Kv.FaultTests.Checkers;

/// <summary>A key of a tenant.</summary>
internal readonly record struct KeyName(string Tenant, string Key)
{
    public override string ToString() => Tenant == "default/default" ? $"'{Key}'" : $"'{Key}' of {Tenant}";
}
