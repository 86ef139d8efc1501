using Kv.Application.Audit;
using Kv.Infrastructure.Audit;
using Kv.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kv.Infrastructure.Tests.Audit;

/// <summary>An audit that keeps no records.</summary>
internal static class NoAudit
{
    public static AuditRecords Records(KeyLayout layout) =>
        new(new AuditOptions(), layout, TimeProvider.System, NullLogger<AuditRecords>.Instance);
}
