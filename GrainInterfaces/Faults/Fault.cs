namespace OrleansSale.GrainInterfaces.Faults;

/// <summary>
/// The kinds of faults that operators should look after. A closed set; the names on the wire are kebab-case.
/// </summary>
public enum FaultKind
{
    /// <summary>A clock jumped, or a batch's time runs ahead of the clock.</summary>
    Clock,

    /// <summary>The provider does not pay back what is owed.</summary>
    RefundStalled,

    /// <summary>A batch's ledger is damaged: the batch answers nothing until it is repaired.</summary>
    BatchDamaged,
}

/// <summary>Something that does not go as it should, and goes on without anybody's help or does not.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Batch">Which batch it concerns; null: the engine as a whole.</param>
/// <param name="Since">When it began.</param>
/// <param name="Detail">What exactly, in a sentence for operators.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Fault")]
public sealed record Fault(
    [property: Id(0)] FaultKind Kind, [property: Id(1)] string? Batch, [property: Id(2)] DateTimeOffset Since,
    [property: Id(3)] string Detail);

/// <summary>Something that knows of faults. Every registered one is asked when an operator looks.</summary>
public interface IFaultSource
{
    /// <summary>The faults that last now, without those that are over.</summary>
    Task<IReadOnlyList<Fault>> ListAsync();
}
