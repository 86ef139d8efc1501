using System.Reflection;

namespace Kv.Api.Health;

/// <summary>The version of the program, from Directory.Build.props.</summary>
internal static class ProgramVersion
{
    /// <summary>The version without the commit that a build may append.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
