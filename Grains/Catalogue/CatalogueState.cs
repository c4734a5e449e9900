using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Catalogue;

/// <summary>
/// The catalogue's document. It is an index that spares a start from reading every ledger. The ledgers are the truth.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.CatalogueState")]
public sealed class CatalogueState : IDocument
{
    /// <inheritdoc/>
    [Id(2), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>The batches in the order they were added.</summary>
    [Id(0)] public List<CataloguedBatch> Batches { get; set; } = [];

    /// <summary>By batch, the head at which it was settled.</summary>
    [Id(1)] public Dictionary<string, long> SettledAt { get; set; } = [];

    /// <summary>The settled batches whose key was removed with the personal data.</summary>
    [Id(3)] public HashSet<string> Anonymised { get; set; } = [];

    /// <summary>The batches that are not in the public list.</summary>
    [Id(4)] public HashSet<string> Hidden { get; set; } = [];

    /// <summary>By batch, the schedule that an operator has set since its creation.</summary>
    [Id(5)] public Dictionary<string, Schedule> Schedules { get; set; } = [];

    /// <summary>
    /// What the users of a channel are told of the batch that takes the backlog of a product next. A hidden one is not
    /// announced. Null: nobody there is told of any.
    /// </summary>
    public UpcomingBatch? FindTaker(string product, string channel, DateTimeOffset now) =>
        BacklogTaker.Find(Batches.Select(TakerOf), product, now) is { IsHidden: false } taker
        && taker.Terms.Channels.Contains(channel)
            ? new UpcomingBatch(taker.Terms.Id, taker.SaleOpens) : null;

    /// <summary>
    /// The batches of a product that open before another of its batches, and may still have places to hand over to the
    /// backlog. One that is settled has handed them over. Of two that open at the same instant, the one whose id comes
    /// first is earlier, so that no two wait for each other.
    /// </summary>
    public string[] FindEarlier(string product, string batch, DateTimeOffset saleOpens) =>
    [
        .. Batches.Where(other => other.Terms.Product.Id == product && other.Terms.Id != batch
                && other.Terms.HasLine
                && SettledAt.GetValueOrDefault(other.Terms.Id) == 0
                && OpeningOf(other) is var opens && (opens < saleOpens
                    || (opens == saleOpens && string.CompareOrdinal(other.Terms.Id, batch) < 0)))
            .Select(other => other.Terms.Id),
    ];

    private DateTimeOffset OpeningOf(CataloguedBatch batch) =>
        (Schedules.GetValueOrDefault(batch.Terms.Id) ?? batch.Terms.Schedule).SaleOpens;

    // One that is settled before its opening was closed.
    private BacklogTaker TakerOf(CataloguedBatch batch) => new(
        batch.Terms, OpeningOf(batch), SettledAt.GetValueOrDefault(batch.Terms.Id) != 0,
        Hidden.Contains(batch.Terms.Id));
}

/// <summary>The first entry of a batch's ledger.</summary>
/// <param name="Terms">The terms.</param>
/// <param name="KeyHash">SHA-256 of its key.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CataloguedBatch")]
public sealed record CataloguedBatch([property: Id(0)] BatchTerms Terms, [property: Id(1)] byte[] KeyHash);
