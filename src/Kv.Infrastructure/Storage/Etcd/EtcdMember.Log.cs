namespace Kv.Infrastructure.Storage.Etcd;

internal sealed partial class EtcdMember
{
    [LoggerMessage(LogLevel.Warning, "The etcd member {Endpoint} {Trouble}. Calls go to the others.")]
    private partial void LogGivenUp(string endpoint, string trouble);

    [LoggerMessage(
        LogLevel.Warning,
        "The etcd member {Endpoint} is {Version}, which has known faults: {Faults}. Bring it up to date.")]
    private partial void LogKnownFaults(string endpoint, string version, string faults);

    [LoggerMessage(LogLevel.Error, "The probe of the etcd member {Endpoint} met a fault in Kv and is repeated")]
    private partial void LogFault(Exception fault, string endpoint);

    [LoggerMessage(LogLevel.Information, "The etcd member {Endpoint} is healthy again. Calls go to it as well.")]
    private partial void LogHealthyAgain(string endpoint);
}
