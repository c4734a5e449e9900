using System.Text.Json.Serialization;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>A command that waits for a second operator.</summary>
/// <param name="Key">What to approve it by: 22 characters.</param>
/// <param name="Command">What it does: <c>grant</c>, <c>revive</c>, <c>remove-place</c>, <c>restock</c> or
/// <c>extend</c>.</param>
/// <param name="Operator">The alias of the operator who gave it.</param>
/// <param name="At">When.</param>
/// <param name="Until">From this instant on it is void.</param>
/// <param name="Reason">Why, in the operator's words, or the code of a reason.</param>
/// <param name="User">Who gets a grant; left out for the others.</param>
/// <param name="Order">The order to revive; left out for the others.</param>
/// <param name="Place">The place to remove; left out for the others.</param>
/// <param name="Units">How many units to grant or restock; left out for the others.</param>
/// <param name="Seconds">How much more time to give; left out for the others.</param>
public sealed record ProposalBody(
    string Key, string Command, string Operator, DateTimeOffset At, DateTimeOffset Until, string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Order,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Place,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Units,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Seconds)
{
    internal static ProposalBody Of(string batch, ProposalView proposal, string? user)
    {
        var (ofBatch, ofBuyer) = (proposal.OfBatch, proposal.OfBuyer);
        var units = ofBatch?.Units ?? ofBuyer!.Units;
        return new ProposalBody(
            proposal.Key.ToString(), WireName.Of(ofBatch?.Action.ToString() ?? ofBuyer!.Action.ToString()),
            proposal.By.ToString(), proposal.At, proposal.Until,
            ofBatch?.Reason ?? WireName.Of(ofBuyer!.Reason.ToString()), user,
            ofBuyer is { Action: BuyerAction.Revive } revive ? OrderId.Of(batch, revive.Number) : null,
            ofBuyer is { Action: BuyerAction.RemovePlace } removal ? removal.Number : null,
            units > 0 ? units : null, ofBatch is { Seconds: > 0 and var seconds } ? seconds : null);
    }
}

/// <summary>Commands that wait for a second operator.</summary>
/// <param name="Items">Oldest first; at most 100 wait.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record ProposalList(
    ProposalBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>Reads the commands of a batch that wait for a second operator.</summary>
public sealed class Proposals(IGrainFactory grains, ActorRetry retry)
{
    /// <summary>A page of those that wait, oldest first.</summary>
    /// <param name="batch">A batch that exists.</param>
    /// <param name="after">The number of the one before them; 0: from the first.</param>
    /// <param name="limit">Most of them, 1 or more.</param>
    public async Task<ProposalList> ListAsync(string batch, long after, int limit)
    {
        var all = await ReadAsync(batch);
        var (page, next) = Paging.Take(all.Where(proposal => proposal.Seq > after), limit, proposal => proposal.Seq);
        return new ProposalList(await NameAsync(batch, page), next);
    }

    /// <summary>The one of this key; null: it does not wait, or not any more.</summary>
    /// <param name="batch">A batch that exists.</param>
    /// <param name="key">The hash of the command's key.</param>
    public async Task<ProposalBody?> FindAsync(string batch, KeyHash key)
    {
        var found = Array.FindAll(await ReadAsync(batch), proposal => proposal.Key == key);
        return (await NameAsync(batch, found)).FirstOrDefault();
    }

    private Task<ProposalView[]> ReadAsync(string batch) =>
        retry.AskAsync(grains.GetGrain<ISaleBatchGrain>(batch).ListProposalsAsync);

    private async Task<ProposalBody[]> NameAsync(string batch, ProposalView[] proposals)
    {
        var buyers = proposals.Select(proposal => proposal.OfBuyer?.Buyer).OfType<GrainInterfaces.Users.Alias>()
            .Distinct().ToArray();
        var found = buyers.Length == 0
            ? [] : await retry.AskAsync(() => grains.GetGrain<IRosterGrain>(batch).FindUsersAsync(buyers));
        var users = buyers.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
        return Array.ConvertAll(proposals, proposal => ProposalBody.Of(
            batch, proposal, proposal.OfBuyer?.Buyer is { } buyer ? users[buyer] : null));
    }
}
