using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Catalogue;

/// <summary>How the catalogue lists a batch besides its terms: hidden or not, and by which schedule.</summary>
public sealed class ListingTests : IAsyncLifetime
{
    // Each test has its own cluster, because a cluster has one catalogue.
    private readonly SaleHarness _sale = new();

    public async ValueTask InitializeAsync()
    {
        await _sale.InitializeAsync();
        foreach (var id in (string[])["a", "b"])
        {
            await _sale.Batch(id).Actor.CreateAsync(Terms(id, _sale.Clock.Now.AddMinutes(11)));
            await _sale.Catalogue.AddAsync(id);
        }
    }

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_hidden_batch_stays_hidden_and_every_change_is_told_to_fronts_that_have_read()
    {
        var before = await _sale.Catalogue.ListAsync(0);
        (await _sale.Catalogue.SetHiddenAsync("b", true)).Value.ShouldBe(Effect.Done);
        (await _sale.Catalogue.SetHiddenAsync("b", true)).Value.ShouldBe(Effect.AlreadySo);
        var hidden = await _sale.Catalogue.ListAsync(0);
        hidden.Batches.Select(batch => batch.IsHidden).ShouldBe([false, true]);
        hidden.Activation.ShouldNotBe(before.Activation);
        (await _sale.Catalogue.ListAsync(2)).Activation.ShouldBe(hidden.Activation, "nothing has changed since");

        await _sale.DeactivateAsync(_sale.Catalogue);
        (await _sale.Catalogue.ListAsync(0)).Batches[1].IsHidden.ShouldBeTrue();
        (await _sale.Catalogue.SetHiddenAsync("b", false)).Value.ShouldBe(Effect.Done);
        (await _sale.Catalogue.SetHiddenAsync("nowhere", true)).Refused.ShouldBe(Refusal.NotFound);
        (await _sale.Catalogue.ListAsync(0)).Batches.ShouldAllBe(batch => !batch.IsHidden);
    }

    [Fact]
    public async Task A_write_that_failed_is_repeated_and_not_taken_for_done()
    {
        _sale.Documents.RefuseWrites();
        await Should.ThrowAsync<Exception>(() => _sale.Catalogue.SetHiddenAsync("b", true));
        await Eventually.HoldsAsync(
            async () => (await _sale.Catalogue.SetHiddenAsync("b", true)).Value == Effect.Done, "it is done");
        await _sale.DeactivateAsync(_sale.Catalogue);
        (await _sale.Catalogue.ListAsync(0)).Batches[1].IsHidden.ShouldBeTrue();
    }

    [Fact]
    public async Task The_catalogue_learns_a_new_schedule_also_if_it_did_not_answer_at_first()
    {
        var batch = _sale.Batch("a");
        var terms = (await _sale.Catalogue.ListAsync(0)).Batches[0].Terms;
        var later = terms.Schedule with { SaleCloses = terms.Schedule.SaleCloses.AddDays(1) };
        _sale.Documents.RefuseWrites();
        (await batch.Actor.OperateAsync(batch.CommandOf(OperatorAction.Reschedule, "r") with { Schedule = later }))
            .Value.ShouldBe(Effect.Done);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        await UntilListedAsync(later);

        // Nor is it forgotten when it is the terms' own again.
        (await batch.Actor.OperateAsync(
            batch.CommandOf(OperatorAction.Reschedule, "back") with { Schedule = terms.Schedule }))
            .Value.ShouldBe(Effect.Done);
        await _sale.DeactivateAsync(batch.Actor);
        await batch.Actor.WakeAsync();
        await UntilListedAsync(terms.Schedule);
        (await _sale.Catalogue.ListAsync(0)).Batches[0].Terms.SameAs(terms).ShouldBeTrue();
    }

    private Task UntilListedAsync(Schedule schedule) => Eventually.HoldsAsync(
        async () =>
        {
            await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
            return (await _sale.Catalogue.ListAsync(0)).Batches[0].Schedule == schedule;
        },
        "the list has the schedule");
}
