using AutoMapper;

namespace Kv.Application.Tests;

internal static class TestMaps
{
    /// <summary>The maps of all use cases.</summary>
    public static MapperConfiguration All { get; } = new(maps => maps.AddMaps(typeof(ApplicationServices)));
}
