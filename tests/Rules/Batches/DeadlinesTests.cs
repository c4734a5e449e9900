using CsCheck;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Which live hold's deadline comes first, against the least of all of them.</summary>
public class DeadlinesTests
{
    // A step is a new hold, the end of an order (window 0), or an extension of all (window −1). Some windows are far
    // shorter than the others.
    private static readonly Gen<(int Window, int Ended, HoldState How)> Step = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(900)), (3, Gen.Int[1, 1_000]), (2, Gen.Int[1, 20]), (6, Gen.Const(0)), (1, Gen.Const(-1))),
        Gen.Int[0, 1_000],
        Gen.OneOf(HoldState.Sold, HoldState.Expired, HoldState.Cancelled));

    [Fact]
    public void Of_equal_deadlines_it_is_the_first_order_s_whichever_ended_before()
    {
        var rows = new OrderRows();
        var deadlines = new Deadlines(rows);
        foreach (var window in (int[])[900, 10, 10, 10])
        {
            rows.Add(rows.Count + 3, LiveBatch.Opening, new Held(
                LiveBatch.Boss, [1], LiveBatch.Opening + window, 1, null), null);
            deadlines.TakeLast();
        }
        foreach (var next in (int[])[1, 2, 3, 0])
        {
            deadlines.First().ShouldBe(next);
            rows[next].Hold = HoldState.Expired;
        }
        deadlines.First().ShouldBeLessThan(0);
    }

    [Fact]
    public void It_is_the_least_deadline_of_those_that_are_live_whatever_their_windows()
    {
        var (early, ended, revived, extended) = (0, 0, 0, 0);
        Step.Array[1, 150].Sample(steps =>
        {
            var rows = new OrderRows();
            var deadlines = new Deadlines(rows);
            for (var i = 0; i < steps.Length; i++)
            {
                var (window, end, how) = steps[i];
                if (window > 0)
                {
                    var at = LiveBatch.Opening + (i * 7);
                    if (rows.Any(order => order.PayBy > at + window)) Interlocked.Increment(ref early);
                    rows.Add(i + 3, at, new Held(LiveBatch.Boss, [1], at + window, 1, null), null);
                    deadlines.TakeLast();
                }
                else if (window < 0)
                {
                    var before = rows.Select(order => (order.PayBy, order.HeldAt)).ToArray();
                    deadlines.Extend(end);
                    foreach (var (order, (payBy, heldAt)) in rows.Zip(before))
                    {
                        var isLive = order.Hold == HoldState.Live;
                        (order.PayBy, order.HeldAt).ShouldBe((isLive ? payBy + end : payBy, heldAt));
                    }
                    deadlines.LongestWindow().ShouldBe(rows.Where(order => order.Hold == HoldState.Live)
                        .Select(order => (int)(order.PayBy - order.HeldAt)).DefaultIfEmpty().Max());
                    Interlocked.Increment(ref extended);
                }
                else if (rows.Count > 0)
                {
                    // The first live order ends most often, so that the first deadline moves on.
                    var order = end % 3 == 0
                        ? rows.FirstOrDefault(order => order.Hold == HoldState.Live) : rows[end % rows.Count];
                    if (order is { Hold: HoldState.Live }) order.Hold = how;
                    else if (order is { Hold: HoldState.Expired })
                    {
                        var at = LiveBatch.Opening + (i * 7);
                        order.Revive([1], at, at + (end % 2 == 0 ? 900 : 10));
                        deadlines.TakeRevived(order.Place);
                        Interlocked.Increment(ref revived);
                    }
                    Interlocked.Increment(ref ended);
                }
                // A second question gets the same answer. Only some steps ask, because asking may change the inner
                // state.
                if (end % 4 == 0) continue;
                Least(rows, deadlines.First()).ShouldBe(Least(rows));
                Least(rows, deadlines.First()).ShouldBe(Least(rows));
            }
        }, iter: 20 * Check.Iter);
        early.ShouldBeGreaterThan(1_000);
        ended.ShouldBeGreaterThan(1_000);
        revived.ShouldBeGreaterThan(1_000);
        extended.ShouldBeGreaterThan(1_000);
    }

    [Fact]
    public void A_hold_with_a_short_window_comes_before_those_that_were_there_and_they_come_after_it()
    {
        var rows = new OrderRows();
        var deadlines = new Deadlines(rows);
        deadlines.First().ShouldBe(-1);
        foreach (var window in new[] { 900, 300, 600, 900 })
        {
            rows.Add(rows.Count + 3, LiveBatch.Opening,
                new Held(LiveBatch.Boss, [1], LiveBatch.Opening + window, 1, null), null);
            deadlines.TakeLast();
        }
        foreach (var place in new[] { 1, 2, 0, 3 })
        {
            deadlines.First().ShouldBe(place);
            rows[place].Hold = HoldState.Expired;
        }
        deadlines.First().ShouldBe(-1);
    }

    private static long? Least(OrderRows rows) =>
        rows.Where(order => order.Hold == HoldState.Live).Select(order => (long?)order.PayBy).Min();

    private static long? Least(OrderRows rows, int place)
    {
        if (place < 0) return null;
        rows[place].Hold.ShouldBe(HoldState.Live);
        return rows[place].PayBy;
    }
}
