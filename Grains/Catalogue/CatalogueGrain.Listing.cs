using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Grains.Catalogue;

// What a list needs of a batch besides its terms. Whether it is hidden stands here and not in its ledger: a ledger
// records a sale, and hiding changes nothing of it. So a batch whose ledger is damaged can be hidden too.
public sealed partial class CatalogueGrain
{
    /// <inheritdoc />
    public async Task<Answer<Effect>> SetHiddenAsync(string batch, bool isHidden)
    {
        if (!_ids.Contains(batch)) return Refusal.NotFound;
        var hidden = stored.State.Hidden;
        if (!(isHidden ? hidden.Add(batch) : hidden.Remove(batch))) return Effect.AlreadySo;
        await WriteListingAsync();
        return Effect.Done;
    }

    /// <inheritdoc />
    public async Task NoteScheduleAsync(string batch, Schedule schedule)
    {
        if (!_ids.Contains(batch) || stored.State.Schedules.GetValueOrDefault(batch) == schedule) return;
        stored.State.Schedules[batch] = schedule;
        await WriteListingAsync();
    }

    /// <inheritdoc />
    public Task<UpcomingBatch?> FindTakerAsync(string product, string channel) =>
        Task.FromResult(stored.State.FindTaker(product, channel, timeProvider.GetUtcNow()));

    /// <inheritdoc />
    public Task<string[]> ListEarlierAsync(string product, string batch, DateTimeOffset saleOpens) =>
        Task.FromResult(stored.State.FindEarlier(product, batch, saleOpens));

    // Fronts read everything again, because a batch that they have listed is another one now.
    private async Task WriteListingAsync()
    {
        try
        {
            await stored.WriteStateAsync();
        }
        catch (Exception)
        {
            // The document in memory may differ from the stored one: the next activation reads it.
            DeactivateOnIdle();
            throw;
        }
        _activation = Guid.NewGuid();
    }

    private ListedBatch ListedOf(BatchTerms terms, byte[]? key) => new(
        terms, key, stored.State.Schedules.GetValueOrDefault(terms.Id), stored.State.Hidden.Contains(terms.Id));

    private void ForgetListing(string batch)
    {
        stored.State.Hidden.Remove(batch);
        stored.State.Schedules.Remove(batch);
    }
}
