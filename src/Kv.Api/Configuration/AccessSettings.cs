using Kv.Api.Access;

namespace Kv.Api.Configuration;

/// <summary>The settings that say who may come in.</summary>
internal static class AccessSettings
{
    public static AccessOptions Read(Settings settings)
    {
        var mode = settings.Text("AUTH", "none", text => text is "none" or "apikey", "none or apikey");
        return new AccessOptions { Mode = mode == "apikey" ? AccessMode.ApiKey : AccessMode.None };
    }
}
