using System.Diagnostics;
using System.Text;
using OrleansSale.Tests.Load.Compare.Open;
using OrleansSale.Tests.Load.Compare.Stores;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>What the open loop makes of the answers.</summary>
public sealed class PacedAnswers
{
    private static readonly WireAnswer Order = Answer(201, """{"id":"b.7","user":"weibo:a","units":[3],"quantity":1}""");
    private static readonly WireAnswer SoldOut = Answer(409, """{"status":409,"code":"sold-out"}""");
    private static readonly WireAnswer Closed = Answer(409, """{"status":409,"code":"sale-closed"}""");

    [Fact]
    public void Requests_start_at_equal_intervals()
    {
        var work = new PacedPurchases(new byte[5][], perSecond: 100, refuses: false);
        Enumerable.Range(1, 4).Select(index => Stopwatch.GetElapsedTime(work.DueAt(index - 1), work.DueAt(index)).TotalMilliseconds)
            .ShouldAllBe(between => Math.Abs(between - 10) < 0.01);
    }

    [Fact]
    public void An_order_told_is_kept_for_the_audit()
    {
        var work = new PacedPurchases(new byte[3][], perSecond: double.PositiveInfinity, refuses: false);
        work.Answered(1, Order).ShouldBeNull();
        work.Answered(2, SoldOut).ShouldBeNull();
        work.Orders().ShouldBe([new StoredOrder("b.7", "weibo:a", 3)]);
        (work.Good, work.Lost).ShouldBe((1, 1));
        work.Unexpected.ShouldNotBeNull().ShouldContain("sold-out");
    }

    [Fact]
    public void Where_a_refusal_is_measured_only_sold_out_is_good()
    {
        var work = new PacedPurchases(new byte[3][], perSecond: double.PositiveInfinity, refuses: true);
        work.Answered(0, SoldOut);
        work.Answered(1, Closed);
        work.Answered(2, Order);
        (work.Good, work.Lost).ShouldBe((1, 0));
        work.Unexpected.ShouldNotBeNull().ShouldContain("sale-closed");
    }

    [Fact]
    public void Latencies_of_the_settling_time_and_of_requests_without_an_answer_do_not_count()
    {
        var perSecond = 10 / PacedPurchases.Settling.TotalSeconds;
        var work = new PacedPurchases(new byte[20][], perSecond, refuses: true);
        for (var index = 0; index < 19; index++) work.Answered(index, SoldOut);
        work.Latencies().TotalCount.ShouldBe(9);
    }

    private static WireAnswer Answer(int status, string body)
    {
        var answer = new WireAnswer();
        var bytes = Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        bytes.CopyTo(answer.Space());
        answer.Added(bytes.Length).ShouldBeTrue();
        return answer;
    }
}
