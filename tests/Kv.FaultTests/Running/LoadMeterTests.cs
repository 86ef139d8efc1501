namespace Kv.FaultTests.Running;

public sealed class LoadMeterTests
{
    [Test]
    public void The_load_is_the_number_of_runnable_threads_per_processor() => Assert.That(
        LoadMeter.PerProcessor("14.31 15.34 12.77 6/811 30434\n"), Is.EqualTo(6.0 / Environment.ProcessorCount));
}
