using Orleans.Concurrency;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.GrainInterfaces.Catalogue;

/// <summary>
/// The index of all batches: one actor, key <see cref="Key"/>. Rebuilt from the ledger's streams when it activates.
/// </summary>
[Alias("OrleansSale.ICatalogueGrain")]
public interface ICatalogueGrain : IGrainWithStringKey
{
    /// <summary>Its only key.</summary>
    const string Key = "catalogue";

    /// <summary>Adds a batch that was created, with the terms from its ledger. A repeat changes nothing.</summary>
    [Alias("AddAsync")]
    Task AddAsync(string batch);

    /// <summary>
    /// The batches from position <paramref name="from"/> (0…) on, in the order they were added. Nothing that was listed
    /// changes while <see cref="CataloguePage.Activation"/> stays the same.
    /// </summary>
    [AlwaysInterleave, Alias("ListAsync"), ResponseTimeout("00:00:02")]
    Task<CataloguePage> ListAsync(int from);

    /// <summary>
    /// The key of a batch. Null: it was removed with the personal data, it is missing, or there is no such batch.
    /// </summary>
    [AlwaysInterleave, Alias("FindKeyAsync"), ResponseTimeout("00:00:02")]
    Task<byte[]?> FindKeyAsync(string batch);

    /// <summary>
    /// What the users of a channel are told of the batch that takes the backlog of a product next: the first to open.
    /// Null: none is announced, or the first one is hidden or not sold on that channel.
    /// </summary>
    [AlwaysInterleave, Alias("FindTakerAsync"), ResponseTimeout("00:00:02")]
    Task<UpcomingBatch?> FindTakerAsync(string product, string channel);

    /// <summary>
    /// The batches of a product that open before the batch that asks, and may still have places to hand over to the
    /// backlog.
    /// </summary>
    /// <param name="product">The product.</param>
    /// <param name="batch">The batch that asks.</param>
    /// <param name="saleOpens">When that batch opens.</param>
    [AlwaysInterleave, Alias("ListEarlierAsync"), ResponseTimeout("00:00:02")]
    Task<string[]> ListEarlierAsync(string product, string batch, DateTimeOffset saleOpens);

    /// <summary>
    /// Hides a batch from the public list, or shows it again. Its page stays where it is, and its sale goes on.
    /// Not-found: there is no such batch.
    /// </summary>
    [Alias("SetHiddenAsync")]
    Task<Answer<Effect>> SetHiddenAsync(string batch, bool isHidden);

    /// <summary>Notes the schedule of a batch that an operator has changed. A repeat changes nothing.</summary>
    [Alias("NoteScheduleAsync")]
    Task NoteScheduleAsync(string batch, Schedule schedule);

    /// <summary>
    /// Notes that a batch has nothing left to do as of this head. So the next start need not wake it.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="head">The head; 0: it has something to do again.</param>
    /// <param name="isAnonymised">Whether its personal data and its key were removed.</param>
    [Alias("SettleAsync")]
    Task SettleAsync(string batch, long head, bool isAnonymised);

    /// <summary>
    /// The batches that may have something to do. All others are closed and have nothing held or owed.
    /// </summary>
    [AlwaysInterleave, Alias("ListUnsettledAsync")]
    Task<string[]> ListUnsettledAsync();

    /// <summary>Wakes every batch that may have something to do; returns how many.</summary>
    [AlwaysInterleave, Alias("WakeAllAsync"), ResponseTimeout("00:10:00")]
    Task<int> WakeAllAsync();

    /// <summary>
    /// Notes that a batch's ledger is damaged (<see cref="FaultKind.BatchDamaged"/>). The batch must repeat this each
    /// time it has checked its ledger. Otherwise the note is dropped.
    /// </summary>
    [AlwaysInterleave, Alias("NoteDamageAsync")]
    Task NoteDamageAsync(Fault damage);

    /// <summary>Notes that a batch's ledger can be read again.</summary>
    [AlwaysInterleave, Alias("NoteRepairAsync")]
    Task NoteRepairAsync(string batch);

    /// <summary>
    /// The batches that are known to be damaged or to miss their key, by id. Looks for missing keys in the background:
    /// a later call lists what it found. A damaged batch that nobody has used yet may be absent.
    /// </summary>
    [AlwaysInterleave, Alias("ListDamagedAsync"), ResponseTimeout("00:00:02")]
    Task<Fault[]> ListDamagedAsync();
}

/// <summary>
/// A page of the catalogue: at most <see cref="MaxCount"/> batches. Ask for the next page until one is empty.
/// </summary>
/// <param name="Batches">The batches.</param>
/// <param name="Activation">
/// Which activation answered, and since which change of a listed batch. A position is valid for one only.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CataloguePage")]
public sealed record CataloguePage([property: Id(0)] ListedBatch[] Batches, [property: Id(1)] Guid Activation)
{
    /// <summary>Most batches in one page.</summary>
    public const int MaxCount = 1_000;
}

/// <summary>A batch that is announced, and has not opened yet.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="SaleOpens">When it opens.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.UpcomingBatch")]
public sealed record UpcomingBatch([property: Id(0)] string Batch, [property: Id(1)] DateTimeOffset SaleOpens);

/// <summary>A batch of the catalogue.</summary>
/// <param name="Terms">Its terms, as they were created.</param>
/// <param name="Key">
/// Its key. Null: it was removed, or it is not the key that the batch was created with. Then nobody can take part.
/// </param>
/// <param name="Changed">
/// The schedule that an operator has set since, as far as the catalogue knows; null: that of the terms. The batch's own
/// is newer.
/// </param>
/// <param name="IsHidden">Whether an operator has hidden it from the public list.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.ListedBatch")]
public sealed record ListedBatch(
    [property: Id(0)] BatchTerms Terms, [property: Id(1)] byte[]? Key, [property: Id(2)] Schedule? Changed = null,
    [property: Id(3)] bool IsHidden = false)
{
    /// <summary>The schedule in force, as far as the catalogue knows.</summary>
    public Schedule Schedule => Changed ?? Terms.Schedule;
}
