using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Tests.Rules.Entries;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// Entries out of their place in the life of a sale are refused, and so are types that have no rules.
/// </summary>
public class SaleLifeEntriesTests
{
    // The types that a batch has rules for; it refuses the others.
    private static readonly string[] Ruled =
    [
        "created", "opened", "ended", "held", "checkout-opened", "sold", "released", "refund-owed", "refunded",
        "reservation-cancelled", "restocked", "withdrawn", "paused", "resumed", "closed", "anonymised", "joined",
        "left", "line-suspended", "line-resumed", "refund-stalled", "refunded-elsewhere", "disputed", "granted",
        "revived", "shipped", "proposed", "approved", "extended", "rescheduled", "recalled", "return-offered",
        "return-cancelled", "backlog-carried", "backlog-dropped",
    ];

    public static TheoryData<string> Unruled =>
        [.. Lines.Golden.Where(golden => !Ruled.Contains(TypeOf(golden.Entry))).Select(golden => golden.Line)];

    [Fact]
    public void A_hold_before_the_opening_or_after_the_end_is_refused()
    {
        var early = Create();
        early.Refused(HoldOf("weibo:gil", null, 1, Opening), Opening);
        early.Commit(Opening, new OpenedSale());
        early.State.Apply(3, Opening, HoldOf("weibo:gil", null, 1, Opening));

        var late = Open();
        late.DoDue(Opening + 3_600_000);
        late.Refused(HoldOf("weibo:gil", null, 1, late.State.LastAt), late.State.LastAt);
        var closed = Open();
        closed.Operate(OperatorAction.Close, "o");
        closed.Refused(HoldOf("weibo:gil", null, 1, Opening), Opening);
    }

    [Fact]
    public void An_opening_before_its_time_or_a_second_time_or_after_the_end_is_refused()
    {
        var live = Create();
        live.Refused(new OpenedSale(), Opening - 1);
        live.Commit(Opening, new OpenedSale());
        live.Refused(new OpenedSale(), Opening);
        live.Commit(Opening + 3_600_000, new EndedSale(EndCause.Schedule));
        live.Refused(new OpenedSale(), Opening + 3_600_000);
        // A batch that was closed before its opening never opens.
        var closed = Create();
        closed.Operate(OperatorAction.Close, "o", now: Opening - 1);
        closed.Refused(new OpenedSale(), Opening);
    }

    [Fact]
    public void An_end_before_its_time_or_a_second_time_or_for_the_wrong_cause_is_refused()
    {
        var live = Open();
        live.Refused(new EndedSale(EndCause.Schedule), Opening + 3_599_999);
        live.Refused(new EndedSale(EndCause.Operator), Opening + 3_600_000);
        live.Commit(Opening + 3_600_000, new EndedSale(EndCause.Schedule));
        foreach (var cause in Enum.GetValues<EndCause>()) live.Refused(new EndedSale(cause), Opening + 3_600_000);
        var closed = Open();
        closed.Commit(Opening, new ClosedSale("r", Boss, CommandKey("o")));
        closed.Refused(new EndedSale(EndCause.Schedule), Opening);
        closed.Commit(Opening, new EndedSale(EndCause.Operator));
    }

    [Fact]
    public void An_anonymisation_before_the_end_or_a_second_time_is_refused()
    {
        var live = Open();
        live.Refused(new Anonymised(Boss), Opening);
        live.DoDue(Opening + 3_600_000);
        live.Commit(live.State.LastAt, new Anonymised(Boss));
        live.Refused(new Anonymised(Boss), live.State.LastAt);
    }

    [Theory, MemberData(nameof(Unruled))]
    public void An_entry_of_a_type_without_rules_is_refused_by_its_name(string line)
    {
        var entry = Lines.Golden.First(golden => golden.Line == line).Entry;
        Open().Refused(entry, Opening).Message.ShouldContain($": {TypeOf(entry)} has no rules in this version");
    }

    private static string TypeOf(BatchEntry entry) => Encoding.UTF8.GetString(entry.Type);
}
