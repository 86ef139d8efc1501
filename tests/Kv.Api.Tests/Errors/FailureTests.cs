using System.Runtime.CompilerServices;
using Kv.Api.Errors;
using Kv.Application;
using Kv.Domain;

namespace Kv.Api.Tests.Errors;

/// <summary>The table of exceptions and their answers.</summary>
internal sealed class FailureTests
{
    // No request causes the exception of the start.
    private static readonly IEnumerable<Type> Own =
        new[] { typeof(Limits).Assembly, typeof(ApplicationServices).Assembly }
        .SelectMany(assembly => assembly.GetExportedTypes())
        .Where(
            type => type.IsSubclassOf(typeof(Exception)) && !type.IsAbstract && type != typeof(ConfigurationException));

    [TestCaseSource(nameof(Own))]
    public void An_exception_of_the_domain_or_of_a_use_case_has_an_answer_of_its_own(Type type) =>
        Assert.That(Failure.From((Exception)RuntimeHelpers.GetUninitializedObject(type)).IsFault, Is.False);

    [Test]
    public void Any_other_exception_is_a_fault_of_Kv()
    {
        var failure = Failure.From(new InvalidOperationException("inside"));

        Assert.That(failure.IsFault, Is.True);
        Assert.That(failure.Problem.Status, Is.EqualTo(500));
        Assert.That(failure.Problem.Detail, Does.Not.Contain("inside"));
    }
}
