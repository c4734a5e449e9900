using CsCheck;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// A failure prints its seed and the shrunk history; <c>CsCheck_Iter</c> (100) multiplies how many random ones are
/// played. The fixed ones are always the same, so that no run misses a rare outcome by chance.
/// </summary>
public class RandomHistoriesTests(ITestOutputHelper output)
{
    private const uint FixedHistories = 700;

    // Each outcome must occur in the fixed histories. Otherwise histories no longer prove anything.
    private static readonly string[] Expected =
    [
        "purchase made", "purchase repeat", "purchase Conflict", "purchase TicketInvalid", "purchase SaleClosed",
        "purchase SaleNotOpen", "purchase Paused", "purchase LimitReached", "purchase SoldOut", "purchase NotReserved",
        "capture Sold", "capture Sold late", "capture AlreadyRecorded", "capture NotFound",
        "capture RefundOwed Expired", "capture RefundOwed Cancelled", "capture RefundOwed Duplicate",
        "capture RefundOwed WrongAmount", "capture RefundOwed WrongPayer", "capture RefundOwed late",
        "capture RefundOwed recalled", "capture returned", "checkout opened", "checkout another",
        "checkout repeat", "checkout Conflict", "checkout OrderNotPayable", "checkout NotFound", "cancel cancelled",
        "cancel ended", "cancel paid", "cancel Conflict", "cancel NotFound", "cancel cancelled by an operator",
        "cancel paid by an operator", "cancel Conflict by an operator", "refund True", "refund False",
        "refund refund-of-another-payment", "refund another-amount", "stall True", "stall False",
        "news refund Recorded", "news refund AlreadySo", "news refund Surplus", "news refund NotFound",
        "news dispute Recorded", "news dispute AlreadySo", "news dispute Surplus", "settle Done", "settle AlreadySo",
        "settle Conflict", "settle NotFound", "reservation Done", "reservation AlreadySo", "reservation Conflict",
        "Pause Done", "Resume Done", "Resume Conflict", "Close Done", "Restock Done", "Restock SaleClosed",
        "Restock Proposed", "Withdraw Done", "Withdraw Conflict", "expired", "opened", "ended", "anonymise Done",
        "anonymise AlreadySo", "anonymise Conflict", "place", "place again", "purchase LineFull", "offered",
        "offered a part", "offered a return", "passed", "leave Done", "leave Conflict", "leave AlreadySo",
        "RemovePlace Done", "RemovePlace Conflict", "RemovePlace AlreadySo", "RemovePlace NotFound",
        "RemovePlace Proposed", "SuspendLine Done", "ResumeLine Done", "Grant Done", "Grant AlreadySo",
        "Grant Conflict", "Grant SaleClosed", "Grant SaleNotOpen", "Grant Paused", "Grant LimitReached",
        "Grant SoldOut", "Grant Proposed", "Revive Done", "Revive AlreadySo", "Revive Conflict", "Revive SoldOut",
        "Revive Proposed", "Revive NotFound", "Cancel Done", "Cancel AlreadySo", "Cancel Conflict", "Refund Done",
        "Refund AlreadySo", "Refund Conflict", "Refund of a shipped order Done", "Ship Done", "Ship AlreadySo",
        "Ship Conflict", "approve Done", "approve AlreadySo", "approve NotFound", "approve Conflict", "Extend Done",
        "Extend Proposed", "Extend AlreadySo", "Extend Conflict", "Extend InvalidRequest", "Reschedule Done",
        "Reschedule AlreadySo", "Reschedule Conflict", "Reschedule InvalidRequest", "Reschedule SaleClosed",
        "Recall Done", "Recall Conflict", "Recall InvalidRequest", "recalled", "recalled and owed", "return Done",
        "return AlreadySo", "return Conflict", "return NotFound", "return SaleClosed", "keep Done", "keep AlreadySo",
        "keep Conflict", "keep NotFound", "keep while BeingPaid", "keep while Ending", "return while Ending",
        "capture returned though kept", "kept after all", "carried", "carried with less", "not carried", "all carried",
        "nothing to carry", "let go 0", "let go 1",
    ];

    [Fact]
    public void At_every_prefix_of_a_random_history_the_rules_agree_with_the_naive_sale_and_the_invariants_hold() =>
        History.Any.Sample(
            history => new Player(history).Play(), iter: 5 * Check.Iter, print: history => history.ToString());

    [Fact]
    public void The_fixed_histories_agree_with_the_naive_sale_too_and_reach_every_outcome()
    {
        var told = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0u; seed < FixedHistories; seed++)
        {
            var player = new Player(History.Any.Generate(new PCG(seed, seed), null, out _));
            player.Play();
            foreach (var (what, times) in player.Told) told[what] = told.GetValueOrDefault(what) + times;
        }

        output.WriteLine(string.Join('\n', told.Select(t => $"{t.Value,8} {t.Key}")));
        Expected.Except(told.Keys).ShouldBeEmpty();
    }

    [Fact]
    public void Replaying_the_stored_lines_gives_the_live_state()
    {
        History.Any.Sample(history =>
        {
            var player = new Player(history);
            var live = player.Play();
            // Replays all at once, as an activation does, without a question for the next deadline in between.
            StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));
            // Replays again, with a check after every entry.
            var replayed = new SaleBatch();
            for (var i = 0; i < live.Lines.Count; i++)
            {
                var (seq, at, entry) = EntryReader.Read(live.Lines[i]);
                replayed.Apply(seq, at, entry);
                StateDump.Same(StateDump.Of(replayed), player.Dumps[i]);
            }
        }, iter: 4 * Check.Iter, print: history => history.ToString());
    }
}
