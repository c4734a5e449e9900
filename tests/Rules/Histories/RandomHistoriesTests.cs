using CsCheck;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// A failure prints its seed and the shrunk history; <c>CsCheck_Iter</c> (100) multiplies how many are played.
/// </summary>
public class RandomHistoriesTests(ITestOutputHelper output)
{
    // Each of these outcomes occurs some 20 times or more in 1,000 histories. Otherwise the histories no longer prove
    // anything. Rarer ones are not demanded, because now and then a run would miss one; they have tests of their own.
    private static readonly string[] Expected =
    [
        "purchase made", "purchase repeat", "purchase Conflict", "purchase TicketInvalid", "purchase SaleClosed",
        "purchase SaleNotOpen", "purchase Paused", "purchase LimitReached", "purchase SoldOut",
        "purchase NotReserved", "capture Sold", "capture Sold late", "capture AlreadyRecorded", "capture NotFound",
        "capture RefundOwed Expired", "capture RefundOwed Cancelled", "capture RefundOwed Duplicate",
        "capture RefundOwed WrongAmount", "capture RefundOwed WrongPayer", "capture RefundOwed late",
        "checkout opened", "checkout another", "checkout OrderNotPayable", "checkout NotFound", "cancel cancelled",
        "cancel ended", "cancel paid", "cancel NotFound", "cancel cancelled by an operator",
        "cancel paid by an operator", "refund True", "refund False", "refund another-amount", "stall True",
        "stall False", "news refund Recorded", "news refund NotFound", "news dispute Recorded", "settle Done",
        "settle Conflict", "settle NotFound", "reservation Done", "reservation AlreadySo", "reservation Conflict",
        "Pause Done", "Resume Done", "Close Done", "Restock Done", "Withdraw Done", "Withdraw Conflict",
        "Restock SaleClosed", "expired", "opened", "ended", "anonymise Done", "anonymise Conflict", "place",
        "place again", "purchase LineFull", "offered", "offered a part", "passed", "leave AlreadySo",
        "RemovePlace Done", "RemovePlace Conflict", "RemovePlace AlreadySo", "RemovePlace NotFound",
        "RemovePlace Proposed", "SuspendLine Done", "cancel Conflict", "Grant Done", "Grant Conflict",
        "Grant SaleClosed", "Grant SaleNotOpen", "Grant Paused", "Grant LimitReached", "Grant SoldOut",
        "Grant Proposed", "Revive AlreadySo", "Revive Conflict", "Revive NotFound", "Cancel Done", "Cancel AlreadySo",
        "Cancel Conflict", "Refund Done", "Refund AlreadySo", "Refund Conflict", "Ship Done", "Ship Conflict",
        "Restock Proposed", "approve Done", "approve NotFound", "Extend Done", "Extend Proposed", "Extend AlreadySo",
        "Extend InvalidRequest", "Reschedule Done", "Reschedule AlreadySo", "Reschedule Conflict",
        "Reschedule InvalidRequest", "Reschedule SaleClosed", "Recall Done", "Recall InvalidRequest",
        "Resume Conflict", "recalled", "carried", "carried with less", "not carried", "all carried",
        "nothing to carry", "let go 0",
        "return Done", "return AlreadySo", "return Conflict", "return SaleClosed", "keep Done", "keep AlreadySo",
        "keep Conflict", "offered a return", "capture returned",
    ];

    [Fact]
    public void At_every_prefix_of_a_random_history_the_rules_agree_with_the_naive_sale_and_the_invariants_hold()
    {
        var told = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var histories = 10 * Check.Iter;
        History.Any.Sample(history =>
        {
            var player = new Player(history);
            player.Play();
            lock (told)
            {
                foreach (var (what, times) in player.Told) told[what] = told.GetValueOrDefault(what) + times;
            }
        }, iter: histories, print: history => history.ToString());

        output.WriteLine($"{histories} histories\n{string.Join('\n', told.Select(t => $"{t.Value,8} {t.Key}"))}");
        if (histories >= 1_000) Expected.Except(told.Keys).ShouldBeEmpty();
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
