using System.Globalization;
using Kv.Testing;

namespace Kv.FaultTests.Deployments;

/// <summary>
/// The wall clock of one replica, by libfaketime (https://github.com/wolfcw/libfaketime). Its monotonic clock, by which
/// it measures how long something takes, is the machine's. etcd's clock stays as it is: Go asks the system without a
/// library in between.
/// </summary>
internal sealed class FakeClock : IDisposable
{
    /// <summary>The environment variable that names the library.</summary>
    public const string Variable = "KV_FAKETIME";

    private const string InPlace = "+0";

    private static readonly string[] Installed =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/faketime/libfaketimeMT.so.1",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly string _library;

    private FakeClock(string library)
    {
        _library = library;
        Set(InPlace);
    }

    /// <summary>The environment that gives a replica this clock.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = _library,
        ["FAKETIME_TIMESTAMP_FILE"] = File,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };

    private string File => _directory.File("clock");

    /// <summary>A clock; null on a machine without libfaketime.</summary>
    public static FakeClock? Find()
    {
        var named = System.Environment.GetEnvironmentVariable(Variable);
        var library = string.IsNullOrEmpty(named) ? Installed.FirstOrDefault(System.IO.File.Exists) : named;
        return library is null ? null : new FakeClock(library);
    }

    /// <summary>Makes the clock jump to this difference from the machine's.</summary>
    public void Jump(TimeSpan from) => Set(from.TotalSeconds.ToString("+0.000;-0.000", CultureInfo.InvariantCulture));

    /// <summary>Makes the clock jump back to the machine's.</summary>
    public void JumpBack() => Set(InPlace);

    public void Dispose() => _directory.Dispose();

    // Renamed, so that a half-written file is never read.
    private void Set(string offset)
    {
        var next = _directory.File("next");
        System.IO.File.WriteAllText(next, offset);
        System.IO.File.Move(next, File, overwrite: true);
    }
}
