using System.Diagnostics;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Wire;

/// <summary>Waiting for a request's time.</summary>
public sealed class Delays
{
    [Theory]
    [InlineData(0.000_001, 1), InlineData(0.4, 1), InlineData(1, 1), InlineData(1.2, 2), InlineData(250, 250)]
    public void A_wait_is_never_cut_to_none_for_that_would_be_spinning(double milliseconds, int delayMilliseconds)
    {
        var ticks = (long)Math.Max(1, milliseconds * Stopwatch.Frequency / 1e3);
        WireClient.MillisecondsFor(ticks).ShouldBe(delayMilliseconds);
    }
}
