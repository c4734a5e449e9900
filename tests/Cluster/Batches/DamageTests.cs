using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Ledger;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>
/// A ledger that is damaged: its batch answers nothing until it is repaired, and nobody else notices.
/// </summary>
public sealed class DamageTests : IAsyncLifetime
{
    // Each test has its own cluster, because a cluster has one catalogue.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Theory]
    [InlineData("another buyer")]
    [InlineData("a commit is missing")]
    [InlineData("no end of line")]
    [InlineData("an unknown type")]
    [InlineData("an impossible unit")]
    [InlineData("terms that cannot be read")]
    [InlineData("rubbish")]
    [InlineData("nothing")]
    public async Task A_damaged_batch_answers_nothing_whatever_it_is_asked(string how)
    {
        var (id, order) = await CreateAsync();
        var sound = (await CreateAsync()).Id;
        var before = await DamageAsync(id, how);
        var batch = _sale.Batch(id);
        Func<Task>[] all =
        [
            () => batch.Actor.CreateAsync(Terms(id, _sale.Clock.Now)), () => batch.BuyAsync("weibo:b"),
            () => batch.Actor.ReadBoardAsync(0),
            () => batch.Actor.GetOrderAsync(order.Seq, null), () => batch.Actor.ListOrdersOfAsync(order.Buyer),
            () => batch.Actor.ListOrdersAsync(0, 10),
            () => batch.CancelByOperatorAsync(order),
            () => batch.Actor.RecordCheckoutAsync(order.Seq, SoleProvider.Name, "c"),
            () => batch.PayAsync(order, "p"), () => batch.OperateAsync(OperatorAction.Pause),
            () => batch.Actor.CancelReservationAsync(batch.AliasOf("weibo:b"), 1),
            () => batch.Actor.GetCancelledVersionAsync(batch.AliasOf("weibo:b")),
            () => batch.Actor.MayChangeDeliveryAsync(batch.AliasOf("weibo:b"), 1),
            () => _sale.Order(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "Mi2"),
            () => _sale.Order(order.Id).SetDeliveryAsync(order.Buyer, new Delivery("a", "123", "b")),
        ];
        foreach (var ask in all) await Should.ThrowAsync<StorageDamagedException>(ask);
        (await batch.Actor.WakeAsync()).ShouldBeFalse();
        // No answer shows the state that was read so far, and nothing was written.
        (await _sale.Batch(sound).BuyAsync("weibo:b")).Refused.ShouldBeNull();
        _sale.Stored.Tamper(Streams.OfBatch(id), commits => commits).Length.ShouldBe(
            before.Length - (how == "a commit is missing" ? 1 : 0));
    }

    [Fact]
    public async Task A_damaged_ledger_is_read_at_its_own_pace_and_not_for_every_call()
    {
        var (id, _) = await CreateAsync();
        await DamageAsync(id, "another buyer");
        var stream = Streams.OfBatch(id);
        var before = _sale.Ledger.ReadsOf(stream);
        for (var i = 0; i < 20; i++)
            await Should.ThrowAsync<StorageDamagedException>(() => _sale.Batch(id).Actor.ReadBoardAsync(0));
        _sale.Ledger.ReadsOf(stream).ShouldBe(before + 1);
        // It reads again after 5, 10, 20 and 40 seconds, and from then on every minute.
        foreach (var (seconds, looks) in ((int, int)[])[(5, 1), (9, 1), (1, 2), (20, 3), (40, 4), (60, 5), (59, 5),
            (1, 6)])
        {
            await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(seconds));
            _sale.Ledger.ReadsOf(stream).ShouldBe(before + 1 + looks, $"after {seconds} more seconds");
        }
    }

    [Fact]
    public async Task A_repaired_batch_comes_back_by_itself_with_everything_that_was_acknowledged()
    {
        var (id, order) = await CreateAsync();
        var whole = await DamageAsync(id, "a commit is missing");
        await Should.ThrowAsync<StorageDamagedException>(() => _sale.Batch(id).Actor.ReadBoardAsync(0));
        await Eventually.HoldsAsync(
            async () => (await _sale.Catalogue.ListDamagedAsync()).Length > 0, "the catalogue was told");
        var damage = (await _sale.Catalogue.ListDamagedAsync()).ShouldHaveSingleItem();
        (damage.Batch, damage.Since).ShouldBe((id, _sale.Clock.Now));
        damage.Detail.ShouldContain("the chain breaks");

        _sale.Stored.Tamper(Streams.OfBatch(id), _ => whole);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync(
            async () => await AnswersAsync(() => _sale.Batch(id).Actor.ReadBoardAsync(0)), "it answers again");
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.AwaitingPayment);
        (await _sale.Batch(id).BuyAsync("weibo:b")).Refused.ShouldBeNull();
        (await _sale.Catalogue.ListDamagedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_storage_that_does_not_answer_is_no_damage()
    {
        var (id, _) = await CreateAsync();
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        _sale.Ledger.BreakNextRead(Streams.OfBatch(id), new LedgerUnavailableException("a test says so"));
        await Unanswered.ShouldBeAsync(() => _sale.Batch(id).Actor.ReadBoardAsync(0));
        (await FrontRetry.AskAsync(() => _sale.Batch(id).Actor.ReadBoardAsync(0))).ShouldNotBeNull();
        (await _sale.Catalogue.ListDamagedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_batch_leaves_its_users_unanswered_and_their_actors_awake()
    {
        var (id, order) = await CreateAsync();
        var reservation = _sale.Reservation(id, "weibo:a");
        await ReserveAsync(reservation);
        await _sale.DeactivateAsync(reservation.Actor);
        var whole = await DamageAsync(id, "another buyer");
        await Should.ThrowAsync<StorageDamagedException>(reservation.GetAsync);
        await Should.ThrowAsync<StorageDamagedException>(reservation.CancelAsync);
        _sale.PlaceOf(reservation.Actor).ShouldNotBeNull();
        _sale.Stored.Tamper(Streams.OfBatch(id), _ => whole);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync(
            async () => await AnswersAsync(() => _sale.Batch(id).Actor.ReadBoardAsync(0)), "it answers again");
        (await reservation.GetAsync()).Value!.Version.ShouldBe(1);
    }

    [Theory]
    [InlineData("2012", "2013")]
    [InlineData("reserved", "reversed")]
    [InlineData("\n", " ")]
    public async Task A_damaged_reservation_is_its_user_s_alone(string said, string instead)
    {
        var id = (await _sale.CreateBatchAsync()).Id;
        var (mine, others) = (_sale.Reservation(id, "weibo:mine"), _sale.Reservation(id, "weibo:other"));
        foreach (var reservation in new[] { mine, others }) await ReserveAsync(reservation);
        await _sale.DeactivateAsync(mine.Actor);
        var stream = mine.Stream;
        var whole = _sale.Stored.Tamper(
            stream, commits => [.. commits.Select(commit => Rewritten(commit, said, instead))]);

        await Should.ThrowAsync<StorageDamagedException>(mine.GetAsync);
        await Should.ThrowAsync<StorageDamagedException>(mine.CancelAsync);
        await Should.ThrowAsync<StorageDamagedException>(() => ReserveAsync(mine));
        (await others.GetAsync()).Value!.Version.ShouldBe(1);
        var roster = await _sale.Actors.GetGrain<IRosterGrain>(id).ListAsync(null, 10);
        roster.Reservations.Select(entry => entry.User).ShouldBe(["weibo:other"]);
        roster.Damaged.ShouldBe([mine.Alias]);

        _sale.Stored.Tamper(stream, _ => whole);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync(async () => await AnswersAsync(mine.GetAsync), "it answers again");
    }

    [Fact]
    public async Task An_export_of_a_damaged_ledger_shows_what_can_be_read_and_never_ends_as_if_it_were_whole()
    {
        var (id, _) = await CreateAsync();
        await DamageAsync(id, "another buyer");
        var export = _sale.Actors.GetGrain<ILedgerExportGrain>(id);
        Encoding.UTF8.GetString((await export.ReadAsync(1)).Lines).ShouldContain(AliasOf(id, "z"));
        _sale.Stored.Tamper(Streams.OfBatch(id), commits => [commits[0], Rewritten(commits[1], "}\n", ")\n")]);
        var page = await export.ReadAsync(1);
        page.NextSeq.ShouldBe(2);
        await Should.ThrowAsync<StorageDamagedException>(() => export.ReadAsync(page.NextSeq));
    }

    [Fact]
    public async Task A_catalogue_whose_terms_are_only_in_a_damaged_ledger_lists_the_others_and_names_it()
    {
        var (id, _) = await CreateAsync();
        var sound = (await CreateAsync()).Id;
        await DamageAsync(id, "nothing");
        await _sale.DeactivateAsync(_sale.Catalogue);
        _sale.Documents.Clear();
        (await _sale.Catalogue.ListAsync(0)).Batches.Select(batch => batch.Terms.Id).ShouldBe([sound]);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await _sale.Catalogue.ListDamagedAsync()).Select(damage => damage.Batch).ShouldBe([id]);
    }

    private async Task<(string Id, OrderView Order)> CreateAsync()
    {
        var id = (await _sale.CreateBatchAsync()).Id;
        await _sale.Catalogue.AddAsync(id);
        return (id, await _sale.Batch(id).OrderAsync("weibo:a"));
    }

    // The batch has an entry before the damaged one and an entry after it.
    private async Task<LedgerCommit[]> DamageAsync(string id, string how)
    {
        await _sale.Batch(id).OrderAsync("weibo:c");
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        return _sale.Stored.Tamper(Streams.OfBatch(id), commits => how switch
        {
            "another buyer" => [commits[0], Rewritten(commits[1], AliasOf(id, "a"), AliasOf(id, "z")), commits[2]],
            "a commit is missing" => [commits[0], commits[2]],
            "no end of line" => [commits[0], Rewritten(commits[1], "\n", " "), commits[2]],
            "an unknown type" => [commits[0], Rewritten(commits[1], "held", "hold"), commits[2]],
            "an impossible unit" => [commits[0], Rewritten(commits[1], "\"units\":[1]", "\"units\":[-7]"), commits[2]],
            "terms that cannot be read" =>
            [Rewritten(commits[0], "perUserLimit", "perUzerLimit"), commits[1], commits[2]],
            "rubbish" => [commits[0], commits[1] with { Entries = Enumerable.Repeat((byte)0xA5, 99).ToArray() },
                commits[2]],
            _ => [commits[0] with { Entries = Array.Empty<byte>() }, commits[1], commits[2]],
        });
    }

    private string AliasOf(string batch, string subject) => _sale.Batch(batch).AliasOf($"weibo:{subject}").ToString();

    private static LedgerCommit Rewritten(LedgerCommit commit, string said, string instead)
    {
        var text = Encoding.UTF8.GetString(commit.Entries.Span);
        text.ShouldContain(said);
        return commit with { Entries = Encoding.UTF8.GetBytes(text.Replace(said, instead, StringComparison.Ordinal)) };
    }

    private Task<Answer<ReservationView>> ReserveAsync(UserReservation reservation) =>
        reservation.ReserveAsync(new Schedule(
        _sale.Clock.Now.AddHours(-1), _sale.Clock.Now.AddHours(1), _sale.Clock.Now.AddHours(2),
        _sale.Clock.Now.AddHours(3)));

    private static async Task<bool> AnswersAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (StorageDamagedException)
        {
            return false;
        }
    }
}
