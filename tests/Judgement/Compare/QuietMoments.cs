using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>What becomes of a measurement that others disturb.</summary>
public sealed class QuietMoments
{
    private static readonly Usage Disturbed = new(1, 0, 1, OthersShare: 0.5),
        Undisturbed = new(1, 0, 1, OthersShare: 0.01);

    [Fact]
    public async Task Without_patience_the_first_measurement_counts() =>
        (await MeasureAsync(TimeSpan.Zero, Disturbed, Undisturbed)).ShouldBe((Disturbed, 1));

    [Fact]
    public async Task With_patience_a_disturbed_measurement_is_made_anew() =>
        (await MeasureAsync(TimeSpan.FromMinutes(1), Disturbed, Disturbed, Undisturbed)).ShouldBe((Undisturbed, 3));

    private static async Task<(Usage Counted, int Made)> MeasureAsync(TimeSpan patience, params Usage[] usages)
    {
        var made = 0;
        var counted = await new Quiet(patience, () => Task.FromResult(0.0))
            .MeasureAsync(() => Task.FromResult(usages[made++]));
        return (counted, made);
    }
}
