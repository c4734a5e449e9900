using System.Diagnostics;
using OrleansSale.Tests.Judgement.Wire;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>What the generator makes of the answers.</summary>
public sealed class PacedAnswers
{
    private static readonly WireAnswer Order =
        Answers.Of(201, """{"id":"b.7","user":"weibo:a","units":[3],"quantity":1}""");
    private static readonly WireAnswer SoldOut = Answers.Of(409, """{"status":409,"code":"sold-out"}""");
    private static readonly WireAnswer Closed = Answers.Of(409, """{"status":409,"code":"sale-closed"}""");

    [Fact]
    public void Requests_start_at_equal_intervals()
    {
        var work = new Requests(new byte[5][], perSecond: 100);
        Enumerable.Range(1, 4)
            .Select(index => Stopwatch.GetElapsedTime(work.DueAt(index - 1), work.DueAt(index)).TotalMilliseconds)
            .ShouldAllBe(between => Math.Abs(between - 10) < 0.01);
    }

    [Fact]
    public void An_order_told_is_kept_for_the_audit()
    {
        var work = new Requests(new byte[3][]);
        work.Answered(1, Order).ShouldBeNull();
        work.Answered(2, SoldOut).ShouldBeNull();
        work.Bodies().Select(OrderTold.Of).ShouldBe([new OrderTold("b.7", "weibo:a", 3)]);
        (work.Good, work.CountOf(Fate.Undecided)).ShouldBe((1, 1));
        work.Unexpected.ShouldNotBeNull().ShouldContain("sold-out");
    }

    [Fact]
    public void Where_a_refusal_is_measured_only_sold_out_is_good()
    {
        var work = new Requests(new byte[3][]) { Expected = Fate.SoldOut };
        work.Answered(0, SoldOut);
        work.Answered(1, Closed);
        work.Answered(2, Order);
        (work.Good, work.CountOf(Fate.Undecided)).ShouldBe((1, 0));
        work.Unexpected.ShouldNotBeNull().ShouldContain("sale-closed");
    }

    [Fact]
    public void A_reply_to_a_post_is_good_only_if_its_user_has_an_order()
    {
        var work = new Requests(new byte[4][]) { Expected = Fate.Repeated };
        work.Answered(0, Answers.Of(200, """{"result":"ordered","text":"You got it","order":"b.7"}"""));
        work.Answered(1, Answers.Of(200, """{"result":"refused","code":"sold-out","text":"Late"}"""));
        work.Answered(2, Answers.Of(200, """{"result":"refused","code":"not-reserved","text":"No"}"""));
        (work.Good, work.FateOf(1), work.FateOf(2)).ShouldBe((1, Fate.SoldOut, Fate.Other));
        work.Bodies().Select(body => OrderTold.OfReply(body, "weibo:a"))
            .ShouldBe([new OrderTold("b.7", "weibo:a", 0)]);
    }

    [Fact]
    public void One_told_to_come_back_is_sent_again_after_that_and_not_more_often_than_it_may()
    {
        var work = new Requests(new byte[2][]) { MaxTries = 2 };
        work.Answered(0, Answers.Of(503, """{"code":"overloaded"}""", "Retry-After: 3\r\n"))
            .ShouldBe(TimeSpan.FromSeconds(3));
        work.Failed(1, "the connection was closed").ShouldNotBeNull();
        (work.Repeats, work.CountOf(Fate.Undecided)).ShouldBe((2, 2));
        work.Answered(0, Order).ShouldBeNull();
        work.Failed(1, "the connection was closed").ShouldBeNull();
        (work.Repeats, work.Good, work.CountOf(Fate.Undecided)).ShouldBe((2, 1, 1));
    }

    [Fact]
    public void Latencies_of_requests_without_an_answer_do_not_count()
    {
        var work = new Requests(new byte[20][]) { Expected = Fate.SoldOut };
        for (var index = 0; index < 19; index++) work.Answered(index, SoldOut);
        work.Latencies(_ => true).Count.ShouldBe(19);
    }

    [Fact]
    public void In_a_closed_loop_latency_counts_from_the_sending_and_not_from_when_all_were_due()
    {
        var hourAgo = Stopwatch.GetTimestamp() - 3_600 * Stopwatch.Frequency;
        var (due, sent) = (new Requests([[]]) { Start = hourAgo }, new Requests([[]])
        {
            Start = hourAgo,
            CountsFromSending = true,
        });
        foreach (var work in (Requests[])[due, sent])
        {
            _ = work.Send(0);
            work.Answered(0, Order);
        }

        due.LatencyOf(0).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromHours(1));
        sent.LatencyOf(0).ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromHours(1));
    }
}
