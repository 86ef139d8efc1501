using System.Text.Json.Serialization;

namespace Kv.FaultTests.History;

/// <summary>One line of a history file.</summary>
/// <remarks>All times are whole microseconds since the run began, by one monotonic clock of the harness.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "record")]
[JsonDerivedType(typeof(RunInfo), "run")]
[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(WatchConnection), "watch_connection")]
[JsonDerivedType(typeof(WatchEvent), "watch_event")]
[JsonDerivedType(typeof(WebhookRegistration), "webhook")]
[JsonDerivedType(typeof(WebhookArrival), "arrival")]
[JsonDerivedType(typeof(DeliveryLeft), "delivery_left")]
[JsonDerivedType(typeof(StoredChange), "change")]
[JsonDerivedType(typeof(AuditReading), "audit")]
[JsonDerivedType(typeof(UsageReading), "usage")]
[JsonDerivedType(typeof(Fault), "fault")]
[JsonDerivedType(typeof(LogLine), "log")]
[JsonDerivedType(typeof(MachineLoad), "load")]
internal abstract record HistoryRecord;
