using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Stock;

namespace OrleansSale.Tests.Rules.Batches;

public class OperatorRulesTests
{
    [Fact]
    public void The_identical_creation_again_is_fine_and_another_one_is_a_conflict()
    {
        var terms = LiveBatch.TermsOf(channels: ["weibo", "mi"]);
        var replayed = LiveBatch.Create(terms).Replay();
        OperatorRules.DecideCreate(replayed, LiveBatch.TermsOf(channels: ["weibo", "mi"]), LiveBatch.Key.Hash)
            .ShouldBe(new(Effect.AlreadySo));
        foreach (var other in new[]
        {
            terms with { Stock = 11 }, terms with { Channels = ["mi", "weibo"] }, terms with { Channels = ["weibo"] },
            terms with { PerUserLimit = 2 }, terms with { PaymentWindowSeconds = 1 },
            terms with { KeepPersonalDataDays = 91 },
            terms with { Product = terms.Product with { Name = "x" } },
            terms with { Schedule = terms.Schedule with { SaleCloses = terms.Schedule.SaleCloses.AddMilliseconds(1) } },
        })
        {
            var decision = OperatorRules.DecideCreate(replayed, other, LiveBatch.Key.Hash);
            (decision.Outcome.Refused, decision.Entries.Length).ShouldBe((Refusal.Conflict, 0));
        }
    }

    [Fact]
    public void A_batch_that_was_never_created_is_not_found()
    {
        var batch = new SaleBatch();
        OperatorRules.Decide(batch, Command(OperatorAction.Pause)).Outcome.Refused.ShouldBe(Refusal.NotFound);
        PaymentRules.DecideCancel(batch, 1, null).Outcome.Refused.ShouldBe(Refusal.NotFound);
        HoldRules.DecideReservationCancelled(batch, LiveBatch.AliasOf("weibo:a"), 1).Outcome.Refused.ShouldBe(
            Refusal.NotFound);
        Agenda.Next(batch, long.MaxValue, 0).ShouldBeNull();
        PaymentRules.DecideCapture(
            batch, new(1, SoleProvider.Name, "p", LiveBatch.AliasOf("weibo:a"), LiveBatch.Price), 0, 0)
            .Outcome.Refused.ShouldBe(Refusal.NotFound);
        PaymentRules.DecideRefunded(batch, LiveBatch.PaymentOf("p"), "r", LiveBatch.Price).Entries.ShouldBeEmpty();
        ErasureRules.DecideAnonymise(batch, LiveBatch.Boss, long.MaxValue).Outcome.Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public void Operators_may_use_the_same_key_without_meeting_each_other()
    {
        var live = LiveBatch.Create();
        live.Operate(OperatorAction.Restock, "1", 5, by: "staff:ann").ShouldBe(Effect.Done);
        live.Operate(OperatorAction.Restock, "1", 5, by: "staff:ben").ShouldBe(Effect.Done);
        live.State.Stock.Total.ShouldBe(20);
        live.Replay().Directing.Commands.Count.ShouldBe(2);
    }

    [Fact]
    public void A_command_takes_effect_once_per_key_and_another_one_under_it_is_a_conflict()
    {
        var live = LiveBatch.Create();
        live.Operate(OperatorAction.Restock, "o", 5).ShouldBe(Effect.Done);
        live.Operate(OperatorAction.Restock, "o", 5).ShouldBe(Effect.AlreadySo);
        live.Operate(OperatorAction.Restock, "o", 6).Refused.ShouldBe(Refusal.Conflict);
        live.Operate(OperatorAction.Withdraw, "o", 5).Refused.ShouldBe(Refusal.Conflict);
        live.State.Stock.Total.ShouldBe(15);
        // A repeat is not refused even after the batch was closed.
        live.Operate(OperatorAction.Close, "close");
        live.Operate(OperatorAction.Restock, "o", 5).ShouldBe(Effect.AlreadySo);
        live.Operate(OperatorAction.Restock, "o2", 5).Refused.ShouldBe(Refusal.SaleClosed);
        live.Operate(OperatorAction.Withdraw, "o3", 5).ShouldBe(Effect.Done);
    }

    [Theory]
    [InlineData(OperatorAction.Restock, 0)]
    [InlineData(OperatorAction.Restock, -1)]
    [InlineData(OperatorAction.Restock, int.MinValue)]
    [InlineData(OperatorAction.Withdraw, 0)]
    [InlineData(OperatorAction.Withdraw, -1)]
    [InlineData(OperatorAction.Pause, 1)]
    [InlineData(OperatorAction.Close, -1)]
    public void A_command_with_an_impossible_number_of_units_is_an_invalid_request(OperatorAction action, int units)
    {
        var decision = OperatorRules.Decide(LiveBatch.Create().State, Command(action, units));
        (decision.Outcome.Refused, decision.Entries.Length).ShouldBe((Refusal.InvalidRequest, 0));
    }

    [Theory]
    [InlineData(BatchTerms.MaxStock - 10, true)]
    [InlineData(BatchTerms.MaxStock - 9, false)]
    [InlineData(BatchTerms.MaxStock, false)]
    [InlineData(int.MaxValue, false)]
    public void A_batch_is_restocked_up_to_ten_million_units(int units, bool may) =>
        OperatorRules.Decide(LiveBatch.Create().State, Command(OperatorAction.Restock, units)).Outcome.Refused
            .ShouldBe(may ? null : Refusal.Conflict);

    [Fact]
    public void A_withdrawal_takes_the_highest_free_units_as_ascending_ranges()
    {
        var live = LiveBatch.Create(LiveBatch.TermsOf(stock: 10, limit: 2));
        live.Operate(OperatorAction.Withdraw, "o1", 1);
        var orders = Enumerable.Range(1, 9).Select(i => live.Buy($"weibo:u{i}").Order!.Seq).ToArray();
        foreach (var i in new[] { 1, 3, 4, 7 }) live.Cancel(orders[i - 1]);

        var withdrawn = OperatorRules.Decide(live.State, Command(OperatorAction.Withdraw, 3)).Entries.Single()
            .ShouldBeOfType<Withdrawn>();
        withdrawn.Ranges.ShouldBe([new(3, 4), new(7, 7)]);
        var all = OperatorRules.Decide(live.State, Command(OperatorAction.Withdraw, 4)).Entries.Single()
            .ShouldBeOfType<Withdrawn>();
        all.Ranges.ShouldBe([new(1, 1), new(3, 4), new(7, 7)]);
        OperatorRules.Decide(live.State, Command(OperatorAction.Withdraw, 5)).Outcome.Refused.ShouldBe(
            Refusal.Conflict);
    }

    private static OperatorCommand Command(OperatorAction action, int units = 0) =>
        new(action, units, "because", LiveBatch.Boss, LiveBatch.CommandKey("o"));
}
