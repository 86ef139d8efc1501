using Kv.Api.Errors;

namespace Kv.Api.Audit;

/// <summary>Says so where no records are kept that could be read.</summary>
internal sealed class AuditInStoreFilter(AuditOptions options) : InUseFilter(
    options.IsKept, Problems.AuditNotKept, "Records of the audit are kept, and read here, with AUDIT=store only.");
