using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>What is wrong with a contender's store is found, and what is right passes.</summary>
public sealed class StoreAudits
{
    private static readonly OrderTold A1 = new("b.1", "weibo:a", 1), B2 = new("b.2", "weibo:b", 2),
        C3 = new("b.3", "weibo:c", 3);

    private static readonly OrderTold[] Two = [A1, B2];

    [Fact]
    public void A_sound_store_passes() => Judge(new(5, 3, Two, []), Two).ShouldBeEmpty();

    [Fact]
    public void What_was_sent_and_not_answered_may_be_stored_or_not()
    {
        Judge(new(5, 3, Two, []), [A1], undecided: 1).ShouldBeEmpty();
        Judge(new(5, 4, [A1], []), [A1], undecided: 1).ShouldBeEmpty();
    }

    [Fact]
    public void More_orders_than_units_are_found()
    {
        OrderTold[] both = [A1, B2 with { Unit = 1 }];
        Judge(new(1, 0, both, []), both).ShouldBe(
            ["1 are more than there are units", "1 units are not exactly one of free and in an order",
                "1 have a unit of another order"]);
    }

    [Fact]
    public void A_stock_below_nothing_is_found() =>
        Judge(new(2, -1, [A1, B2, C3], []), [A1, B2, C3]).ShouldContain("1 units are oversold");

    [Fact]
    public void Units_that_vanished_are_found() =>
        Judge(new(5, 2, Two, []), Two).ShouldBe(["1 units are not exactly one of free and in an order"]);

    [Fact]
    public void A_user_with_two_orders_is_found()
    {
        OrderTold[] both = [A1, B2 with { User = A1.User }];
        Judge(new(5, 3, both, []), both).ShouldBe(["1 are a user's second"]);
    }

    [Fact]
    public void A_unit_that_does_not_exist_is_found()
    {
        OrderTold[] both = [A1, B2 with { Unit = 6 }];
        Judge(new(5, 3, both, []), both).ShouldBe(["1 have a unit that is not of this batch"]);
    }

    [Fact]
    public void An_acknowledged_order_that_is_not_there_is_found() =>
        Judge(new(5, 3, Two, []), [A1, B2, C3], undecided: 7).ShouldBe(["1 are not stored as they were told"]);

    [Fact]
    public void An_order_that_nobody_asked_for_is_found() =>
        Judge(new(5, 2, [A1, B2, C3], []), [A1], undecided: 1).ShouldBe(["1 are stored that nobody was told of"]);

    [Fact]
    public void An_order_that_was_told_otherwise_is_found()
    {
        OrderTold[] lies = [C3, A1 with { User = "weibo:z" }, B2 with { Unit = 3 }];
        foreach (var lie in lies)
            Judge(new(5, 3, Two, []), [lie], undecided: 1).ShouldBe(["1 are not stored as they were told"]);
    }

    [Fact]
    public void An_order_told_without_its_unit_must_be_its_user_s()
    {
        Judge(new(5, 4, [A1], []), [A1 with { Unit = 0 }]).ShouldBeEmpty();
        Judge(new(5, 4, [A1], []), [A1 with { User = B2.User, Unit = 0 }])
            .ShouldBe(["1 are not stored as they were told"]);
    }

    [Fact]
    public void An_order_that_was_told_to_two_users_is_found() =>
        Judge(new(5, 3, Two, []), [A1, A1]).ShouldBe(["1 were told to two users"]);

    [Fact]
    public void What_a_ledger_s_own_audit_found_is_told_too() =>
        Judge(new(5, 4, [A1], ["I4 at 2: broken"]), [A1]).ShouldBe(["I4 at 2: broken"]);

    [Fact]
    public void Reservations_that_are_all_there_pass() => Roster([Reserved(1), Reserved(2)]).ShouldBeEmpty();

    [Fact]
    public void A_reservation_without_an_answer_may_be_stored_or_not() =>
        Roster([Reserved(1)], undecided: 3).ShouldBeEmpty();

    [Fact]
    public void A_reservation_that_is_lost_made_up_or_given_to_two_users_is_found()
    {
        Roster([Reserved(1), Reserved(2), Reserved(3)]).ShouldBe(["1 are not stored as they were told"]);
        Roster([Reserved(1)]).ShouldBe(["1 are stored that nobody was told of"]);
        Roster([Reserved(1), Reserved(1) with { User = "weibo:2" }])
            .ShouldBe(["1 were told to two users", "1 are not stored as they were told"]);
    }

    private static IReadOnlyList<string> Roster(OrderTold[] told, int undecided = 0) =>
        Judge(new(null, 0, [Reserved(1), Reserved(2)], []), told, undecided);

    private static OrderTold Reserved(int user) => new($"alias {user}", $"weibo:{user}", 0);

    private static IReadOnlyList<string> Judge(Stored stored, OrderTold[] told, int undecided = 0) =>
        stored.Judge(new Told(told, undecided));
}
