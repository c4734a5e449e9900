using OrleansSale.Tests.Load;
using OrleansSale.Tests.Load.Engine;

namespace OrleansSale.Tests.Judgement.Engine;

/// <summary>What the command takes and what it refuses.</summary>
public sealed class EngineArguments
{
    [Theory]
    [InlineData("--ledger sqlite --scale 0.01 --rounds 1 --json r.json"),
        InlineData("--ledger both --scale 1"), InlineData("")]
    public void What_makes_sense_is_taken(string arguments) => ErrorsOf(arguments).ShouldBeEmpty();

    [Theory]
    [InlineData("--scale 0", "The field Scale must be between 0.001 and 1."),
        InlineData("--scale 1.5", "The field Scale must be between 0.001 and 1.")]
    [InlineData("--scale NaN", "The field Scale must be between 0.001 and 1."),
        InlineData("--rounds 0", "The field Rounds must be between 1 and 100.")]
    [InlineData("--ledger redis", "--ledger must be sqlite, postgres or both."),
        InlineData("--json /nowhere/r.json", "--json: there is no folder /nowhere.")]
    public void What_does_not_is_refused_in_one_line(string arguments, string error) =>
        ErrorsOf(arguments).ShouldBe([error]);

    [Theory]
    [InlineData("both", "sqlite postgres"), InlineData("sqlite", "sqlite"), InlineData("postgres", "postgres")]
    public void A_choice_names_ledgers(string choice, string ledgers) =>
        string.Join(' ', new MeasureOptions { Ledger = choice }.Ledgers).ShouldBe(ledgers);

    [Theory]
    [InlineData(0.01, 100, 5_000, 50_000, 10_000), InlineData(0.001, 10, 500, 5_000, 1_000)]
    public void A_scale_is_of_the_batches_size_and_not_of_their_number(
        double scale, int small, int middle, int large, int lane)
    {
        var shapes = new MeasureOptions { Scale = scale }.Shapes;
        shapes.Select(shape => shape.UnitsEach).ShouldBe([small, middle, large, lane]);
        shapes.Select(shape => shape.Batches).ShouldBe(Shape.All.Select(shape => shape.Batches));
    }

    [Fact]
    public void At_full_size_the_three_shapes_sell_as_many_units() =>
        Shape.All.Where(shape => !shape.ThroughLane).Select(shape => shape.Units)
            .ShouldBe([5_000_000, 5_000_000, 5_000_000]);

    private static IEnumerable<string> ErrorsOf(string arguments) =>
        Commands.Make().Parse(["engine", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Errors
            .Select(error => error.Message);
}
