using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>A command that waits for a second operator.</summary>
/// <param name="Key">The hash of its key, by which it is approved.</param>
/// <param name="By">The alias of the operator who gave it.</param>
/// <param name="At">When.</param>
/// <param name="Until">From this instant on it is void.</param>
/// <param name="OfBatch">The command, if it is about the whole batch; null: it concerns one buyer.</param>
/// <param name="OfBuyer">The command, if it concerns one buyer; null: it is about the whole batch.</param>
/// <param name="Seq">The entry of the ledger that proposed it.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.ProposalView")]
public sealed record ProposalView(
    [property: Id(0)] KeyHash Key,
    [property: Id(1)] Alias By,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] DateTimeOffset Until,
    [property: Id(4)] OperatorCommand? OfBatch,
    [property: Id(5)] BuyerCommand? OfBuyer,
    [property: Id(6)] long Seq);
