using Kv.FaultTests.Faults;

namespace Kv.FaultTests.Running;

public sealed class CommandLineTests
{
    [TestCase("--seconds 4", "--seconds: '4' is no number from 5 to 86400")]
    [TestCase("--seed x", "--seed: 'x' is no number from 0 to 2147483646")]
    [TestCase("--seed", "--seed: its value is missing")]
    [TestCase("--seeds 3", "--seeds: '3' is no range such as 1..8")]
    [TestCase("--seeds 3..2", "--seeds: 3 is more than 2")]
    [TestCase("--engine sqlite", "--engine: 'sqlite' is neither etcd nor embedded")]
    [TestCase("--server /no/such/file", "--server: there is no file '/no/such/file'")]
    [TestCase("--env NAME", "--env: 'NAME' is not NAME=VALUE")]
    [TestCase("--speed 3", "'--speed' is not understood")]
    public void An_invalid_argument_is_named(string line, string message) =>
        Assert.That(() => CommandLine.Parse(line.Split(' ')), Throws.ArgumentException.With.Message.EqualTo(message));

    [Test]
    public void The_command_that_repeats_a_run_asks_for_the_same_run()
    {
        var line = CommandLine.Parse(
            "--seconds 20 --seed 9 --engine embedded --faults replica-kill,disk --rate 50 --settle 20 --env A=1".Split(
                ' '));

        var again = CommandLine.Parse(line.Run.Command.Split(' ')[1..]);

        Assert.That(again.Run.Command, Is.EqualTo(line.Run.Command));
        Assert.That(
            again.Run with { Faults = line.Run.Faults, Environment = line.Run.Environment }, Is.EqualTo(line.Run));
    }

    [Test]
    public void A_range_of_seeds_is_a_run_for_each() =>
        Assert.That(CommandLine.Parse(["--seeds", "3..5"]).Runs.Select(run => run.Seed), Is.EqualTo(new[] { 3, 4, 5 }));

    [Test]
    public void A_fault_is_selected_by_the_start_of_its_name()
    {
        var chosen = FaultCatalog.Chosen(new RunSettings { Faults = ["link-s", "compact"] });

        Assert.That(
            chosen.Select(kind => kind.Name),
            Is.EqualTo(new[] { "link-stall", "link-swallow-requests", "link-swallow-answers", "compact" }));
    }

    [Test]
    public void An_unknown_fault_is_reported_by_name() => Assert.That(
        () => FaultCatalog.Chosen(new RunSettings { Engine = Engine.Embedded, Faults = ["member-kill"] }),
        Throws.ArgumentException.With.Message.StartsWith(
            "--faults: 'member-kill' is no fault of Embedded; there are none, replica-kill"));
}
