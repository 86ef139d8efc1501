using Kv.Api.Errors;
using Kv.Application.Audit;

namespace Kv.Api.Audit;

/// <summary>Answers 404 unless audit records are kept in the store.</summary>
internal sealed class AuditInStoreFilter(AuditOptions options) : InUseFilter(
    options.IsKept, Problems.AuditNotKept, "Audit records are kept only with AUDIT=store.");
