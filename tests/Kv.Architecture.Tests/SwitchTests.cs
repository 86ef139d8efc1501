using System.Text.RegularExpressions;

namespace Kv.Architecture.Tests;

/// <summary>
/// A further value of an enum compiles only when each switch over it handles it: the compiler refuses a switch
/// expression that leaves out a value (CS8509), unless an arm for the rest hides that.
/// </summary>
internal sealed partial class SwitchTests
{
    private static readonly HashSet<string> Enums =
        [.. Layers.All.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsEnum)
            .Select(type => type.Name)];

    [Test]
    public void A_switch_over_an_enum_has_no_default_arm_unless_it_throws()
    {
        Assert.That(Enums, Is.SupersetOf(["KeyOperationKind", "StoreEngine"]), "the search finds what is there");
        var lenient =
            from path in Layers.Sources
            from found in Switch().Matches(File.ReadAllText(path))
            let arms = found.Value
            where Arm().Matches(arms).Any(arm => Enums.Contains(arm.Groups["enum"].Value))
            where Rest().IsMatch(arms)
            select $"{Layers.Relative(path)}: {arms.Split('\n')[0].Trim()}";

        Assert.That(lenient, Is.Empty);
    }

    [Test]
    public void Kinds_of_operations_are_distinguished_by_switches_only()
    {
        var compared = Layers.Sources.Where(path => Compared().IsMatch(File.ReadAllText(path))).Select(Layers.Relative);

        Assert.That(compared, Is.Empty, "KeyOperationKinds says what the kinds have in common");
    }

    // The braces behind a switch, with those within them.
    [GeneratedRegex(@"\bswitch\b[^{};]*\{(?>[^{}]+|(?<open>\{)|(?<-open>\}))*(?(open)(?!))\}")]
    private static partial Regex Switch();

    [GeneratedRegex(@"(?m)^\s*(case |not |\()*(?<enum>[A-Z]\w*)\.[A-Z]\w*( or [\w.]+)*( when [^\n]*)?( =>|:)")]
    private static partial Regex Arm();

    [GeneratedRegex(@"(?m)^\s*(_ =>|default:)\s*(?!throw\b)\S")]
    private static partial Regex Rest();

    [GeneratedRegex(@"(==|!=|\bis( not)?) KeyOperationKind\.")]
    private static partial Regex Compared();
}
