using CsCheck;

namespace OrleansSale.Tests.Rules.MoneyModel;

/// <summary>
/// However buyers, providers, the clock, crashes and repeated messages interleave, the engine's books agree with the
/// providers' in the end. A failure prints its seed; <c>CsCheck_Iter</c> multiplies how many are played.
/// </summary>
public sealed class MoneyModelTests(ITestOutputHelper output)
{
    private static readonly string[] Expected =
    [
        "Sold", "RefundOwed", "AlreadyRecorded", "found paid", "refunded", "refunded late", "refund found",
        "refunded by hand", "settled by hand", "crash",
    ];

    private static readonly Gen<(Step, int, int)[]> Steps = Gen.Select(
        Gen.Frequency(
            (4, Gen.Const(Step.Wait)), (4, Gen.Const(Step.Buy)), (6, Gen.Const(Step.CheckOut)),
            (7, Gen.Const(Step.Pay)), (8, Gen.Const(Step.Deliver)), (3, Gen.Const(Step.Redeliver)),
            (3, Gen.Const(Step.Ask)), (5, Gen.Const(Step.Cancel)), (8, Gen.Const(Step.Refund)),
            (3, Gen.Const(Step.MoveRefund)), (3, Gen.Const(Step.RefundByHand)), (3, Gen.Const(Step.Dispute)),
            (3, Gen.Const(Step.Settle)), (1, Gen.Const(Step.Direct)), (3, Gen.Const(Step.Commit)),
            (3, Gen.Const(Step.Crash))),
        Gen.Int[0, 40], Gen.Int[0, 20], (step, pick, choice) => (step, pick, choice)).Array[1, 80];

    [Fact]
    public void In_the_end_what_each_provider_captured_is_sold_owed_refunded_or_refunded_elsewhere()
    {
        var reached = new HashSet<string>();
        var histories = 20 * Check.Iter;
        Steps.Sample(steps =>
        {
            var model = new MoneyModel();
            foreach (var step in steps) model.Play(step);
            model.Settle();
            lock (reached) reached.UnionWith(model.Reached);
        }, iter: histories, print: steps => string.Join('\n', steps));
        output.WriteLine(string.Join('\n', reached));
        if (histories >= 1_000) Expected.Except(reached).ShouldBeEmpty();
    }
}
