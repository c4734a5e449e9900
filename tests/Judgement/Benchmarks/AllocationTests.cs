using OrleansSale.Tests.Benchmarks;

namespace OrleansSale.Tests.Judgement.Benchmarks;

/// <summary>What the hot code allocates, against the baseline.</summary>
public sealed class AllocationTests
{
    // Bytes of a call, for buffers that grow in steps.
    private const double Tolerance = 1;

    private static readonly AllocationBaseline Baseline =
        AllocationBaseline.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocations.json")));

    public static TheoryData<string> Names => [.. AllocationBaseline.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_call_allocates_no_more_than_the_baseline_says(string name)
    {
        var most = Baseline.BytesPerCall[name] + Tolerance;
        (await AllocationBaseline.MeasureAsync(name, enough: most)).ShouldBeLessThanOrEqualTo(most);
    }

    [Fact]
    public void The_baseline_names_every_benchmark_and_nothing_else() =>
        Baseline.BytesPerCall.Keys.ShouldBe(AllocationBaseline.Names, ignoreOrder: true);
}
