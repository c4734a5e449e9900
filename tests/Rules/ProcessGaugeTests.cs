using System.Diagnostics.Metrics;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Rules;

/// <summary>One figure for all engines of a process.</summary>
public sealed class ProcessGaugeTests
{
    [Fact]
    public void An_engine_without_anything_to_tell_hides_no_other()
    {
        var (name, gauge) = NewGauge();
        gauge.Add("a", () => 3);
        gauge.Add("b", () => 0);
        Read(name).ShouldBe([3.0]);
        gauge.Remove("a");
        Read(name).ShouldBe([0.0]);
        gauge.Remove("b");
        Read(name).ShouldBe([0.0]);
    }

    private static (string Name, ProcessGauge Gauge) NewGauge()
    {
        var name = $"test.{Guid.NewGuid():N}";
        return (name, new ProcessGauge(name, "s", "a test", all => all.Sum()));
    }

    private static List<double> Read(string name)
    {
        var read = new List<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => read.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
