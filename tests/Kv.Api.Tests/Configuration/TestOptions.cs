using Kv.Api.Configuration;
using Microsoft.Extensions.Configuration;

namespace Kv.Api.Tests.Configuration;

/// <summary>The options that settings result in, without a start of Kv.</summary>
internal static class TestOptions
{
    public static KvOptions Read(params (string Name, string Value)[] settings) => KvOptions.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value))
            .Build());
}
