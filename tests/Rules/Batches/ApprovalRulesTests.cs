using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Commands that need two operators.</summary>
public class ApprovalRulesTests
{
    private const long Within = 60_000;
    private const string Deputy = "weibo:deputy";

    private readonly LiveBatch _live = Open(TermsOf(stock: 3) with { StandbyLimit = 5 });

    [Fact]
    public void A_command_waits_and_another_operator_has_it_carried_out_in_one_commit()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Command(grant, within: Within).Value.ShouldBe(Effect.Proposed);
        _live.State.Orders.All.ShouldBeEmpty();
        _live.Command(grant, within: Within).Value.ShouldBe(Effect.Proposed, "the same again still waits");
        _live.State.Approvals.WaitingAt(Opening).Select(waiting => (waiting.Command, waiting.At, waiting.Until))
            .ShouldBe([(grant, Opening, Opening + Within)]);

        ApprovalRules.DecideApprove(_live.State, AliasOf(Deputy), grant.Key, Opening).Entries
            .Select(entry => entry.GetType()).ShouldBe([typeof(Approved), typeof(Granted)]);
        _live.Approve(grant.Key, Deputy).Value.ShouldBe(Effect.Done);
        _live.State.Orders.All.Single().Buyer.ShouldBe(grant.Buyer!.Value);
        _live.Approve(grant.Key, Deputy).Value.ShouldBe(Effect.AlreadySo);
        _live.Command(grant, within: Within).Value.ShouldBe(Effect.AlreadySo);
        _live.State.Approvals.WaitingAt(Opening).ShouldBeEmpty();
        StateDump.Same(StateDump.Of(_live.Replay()), StateDump.Of(_live.State));
    }

    [Fact]
    public void Who_gave_a_command_cannot_approve_it_and_what_does_not_wait_is_not_found()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Approve(grant.Key, Deputy).Refused.ShouldBe(Refusal.NotFound);
        _live.Command(grant, within: Within);
        Unchanged(() => _live.Approve(grant.Key, "weibo:boss").Refused.ShouldBe(Refusal.Conflict));
        Unchanged(() => _live.Approve(CommandKey("other"), Deputy).Refused.ShouldBe(Refusal.NotFound));
    }

    [Fact]
    public void A_command_that_nobody_approves_in_time_is_void_and_its_key_is_free_again()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Command(grant, within: Within);
        Unchanged(() => _live.Command(GrantTo("weibo:bob", "g"), within: Within).Refused.ShouldBe(Refusal.Conflict));
        _live.Approve(grant.Key, Deputy, Opening + Within).Refused.ShouldBe(Refusal.NotFound);
        _live.Command(GrantTo("weibo:bob", "g"), Opening + Within, Within).Value.ShouldBe(Effect.Proposed);
        _live.Approve(grant.Key, Deputy, Opening + Within + 1).Value.ShouldBe(Effect.Done);
        _live.State.Orders.All.Single().Buyer.ShouldBe(AliasOf("weibo:bob"));
    }

    [Fact]
    public void What_cannot_be_carried_out_when_it_is_approved_is_refused_and_goes_on_waiting()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Command(grant, within: Within);
        foreach (var user in new[] { "weibo:x", "weibo:y", "weibo:z" }) _live.Buy(user);
        Unchanged(() => _live.Approve(grant.Key, Deputy).Refused.ShouldBe(Refusal.SoldOut));
        _live.Cancel(_live.State.Orders.All[0].Seq);
        _live.Approve(grant.Key, Deputy).Value.ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_grant_to_a_user_who_has_cancelled_the_reservation_since_is_not_carried_out()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Command(grant, within: Within);
        _live.Commit(Opening, new ReservationCancelled(AliasOf("weibo:alice"), 1));
        Unchanged(() => _live.Approve(grant.Key, Deputy).Refused.ShouldBe(Refusal.Conflict));
    }

    [Fact]
    public void Grants_revivals_removals_and_restocks_of_an_open_sale_wait_and_nothing_else_does()
    {
        var lost = _live.Buy("weibo:lost").Order!.Seq;
        var now = Opening + 930_000;
        _live.DoDue(now);
        var (a, b, c) = (_live.Buy("weibo:a", now), _live.Buy("weibo:b", now), _live.Buy("weibo:c", now));
        _live.Pay(a.Order!.Seq, "p-a", now);
        _live.Buy("weibo:d", now, standby: true);
        _live.Command(
            BuyerCommand.OnPlace(1, CancelReason.Other, Boss, CommandKey("m")), now, Within)
            .Value.ShouldBe(Effect.Proposed);
        _live.Approve(CommandKey("m"), Deputy, now).Value.ShouldBe(Effect.Done);
        Restock("o", now).ShouldBe(Effect.Proposed);
        _live.Approve(CommandKey("o"), Deputy, now).Value.ShouldBe(Effect.Done);
        _live.State.Stock.Total.ShouldBe(5);
        _live.Command(On(BuyerAction.Revive, lost, "r"), now, Within).Value.ShouldBe(Effect.Proposed);
        _live.Approve(CommandKey("r"), Deputy, now).Value.ShouldBe(Effect.Done);
        foreach (var command in new[]
        {
            On(BuyerAction.Ship, a.Order.Seq, "s"), On(BuyerAction.Refund, a.Order.Seq, "f"),
            On(BuyerAction.Cancel, b.Order!.Seq, "c"),
        })
        {
            _live.Command(command, now, Within).Value.ShouldBe(Effect.Done);
        }

        var early = Create();
        Restock(early, "o", Opening - 1).ShouldBe(Effect.Done, "before the opening one operator is enough");
        c.Order.ShouldNotBeNull();
    }

    [Fact]
    public void Refused_commands_and_those_that_change_nothing_never_wait()
    {
        Unchanged(() => _live.Command(GrantTo("weibo:alice", "g", 2), within: Within).Refused
            .ShouldBe(Refusal.LimitReached));
        var order = _live.Buy("weibo:bob").Order!.Seq;
        Unchanged(() => _live.Command(On(BuyerAction.Revive, order, "r"), within: Within).Value
            .ShouldBe(Effect.AlreadySo));
    }

    [Fact]
    public void A_batch_has_a_bound_of_commands_that_wait()
    {
        for (var i = 0; i < ApprovalBook.MaxWaiting; i++)
            _live.Command(GrantTo("weibo:alice", $"g{i}"), within: Within).Value.ShouldBe(Effect.Proposed);
        Unchanged(() => _live.Command(GrantTo("weibo:alice", "more"), within: Within).Refused
            .ShouldBe(Refusal.Conflict));
        _live.Command(GrantTo("weibo:alice", "more"), Opening + Within, Within).Value.ShouldBe(Effect.Proposed);
    }

    [Fact]
    public void A_command_that_waits_is_carried_out_by_its_own_operator_once_the_setting_asks_for_one_only()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Command(grant, within: Within);
        Unchanged(() => _live.Command(GrantTo("weibo:bob", "g")).Refused.ShouldBe(Refusal.Conflict));
        _live.Command(grant).Value.ShouldBe(Effect.Done);
        _live.Approve(grant.Key, Deputy).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public void An_approval_that_contradicts_the_state_is_refused()
    {
        var grant = GrantTo("weibo:alice", "g");
        _live.Refused(new Approved(AliasOf(Deputy), grant.Key), Opening);
        _live.Refused(new Proposed(grant, Opening), Opening);
        _live.Command(grant, within: Within);
        _live.Refused(new Proposed(grant, Opening + Within), Opening);
        _live.Refused(new Approved(Boss, grant.Key), Opening);
        _live.Refused(new Approved(AliasOf(Deputy), grant.Key), Opening + Within);
        _live.Commit(Opening, new Approved(AliasOf(Deputy), grant.Key));
        // Only what was approved may follow.
        var other = new Granted(AliasOf("weibo:bob"), [1], Opening + 900_000, CancelReason.Other, Boss, grant.Key);
        _live.Refused(other, Opening).Message.ShouldContain("an approval without its command");
        _live.Refused(new OpenedSale(), Opening).Message.ShouldContain("an approval without its command");
        _live.Refused(new Restocked([new(4, 4)], "r", Boss, CommandKey("o")), Opening);
        _live.Commit(Opening, other with { Buyer = grant.Buyer!.Value });
    }

    private Effect Restock(string key, long now) => Restock(_live, key, now);

    private static Effect Restock(LiveBatch live, string key, long now)
    {
        live.DoDue(now);
        var command = new OperatorCommand(OperatorAction.Restock, 2, "because", Boss, CommandKey(key));
        var decision = ApprovalRules.Propose(
            live.State, command, OperatorRules.Decide(live.State, command), Within, now);
        live.Commit(now, decision.Entries);
        return decision.Outcome.Value;
    }

    private void Unchanged(Action act)
    {
        var before = StateDump.Of(_live.State);
        act();
        StateDump.Same(StateDump.Of(_live.State), before);
    }
}
