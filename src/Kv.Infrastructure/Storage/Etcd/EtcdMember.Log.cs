using Microsoft.Extensions.Logging;

namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdMember
{
    [LoggerMessage(LogLevel.Warning, "The etcd member {Endpoint} {Trouble}. Calls go to the others.")]
    private partial void LogGivenUp(string endpoint, string trouble);

    [LoggerMessage(
        LogLevel.Warning,
        "The etcd member {Endpoint} is {Version}, which has known faults: {Faults}. Bring it up to date.")]
    private partial void LogKnownFaults(string endpoint, string version, string faults);

    [LoggerMessage(LogLevel.Error, "Asking the etcd member {Endpoint} how it is met a fault in Kv. It is asked again.")]
    private partial void LogFault(Exception fault, string endpoint);

    [LoggerMessage(LogLevel.Information, "The etcd member {Endpoint} is well again. Calls go to it as well.")]
    private partial void LogWellAgain(string endpoint);
}
