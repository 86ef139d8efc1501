namespace Kv.Domain.Tests;

/// <summary>Text that has no UTF-8 form. An attribute cannot hold it: attributes are stored as UTF-8.</summary>
internal static class IllFormed
{
    private const char High = '\uD83D';
    private const char Low = '\uDC4D';

    public static readonly TestCaseData<string>[] Texts =
    [
        Case("a high half alone", High),
        Case("a low half alone", Low),
        Case("both halves in the wrong order", Low, High),
        Case("a high half at the end", 'a', High),
        Case("a high half at the start", High, 'a'),
        Case("a low half behind a whole character", High, Low, Low),
    ];

    private static TestCaseData<string> Case(string what, params char[] text) =>
        (TestCaseData<string>)new TestCaseData<string>(new string(text)).SetArgDisplayNames(what);
}
