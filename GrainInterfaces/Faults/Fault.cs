namespace OrleansSale.GrainInterfaces.Faults;

/// <summary>
/// The kinds of faults that operators should look after. A closed set; the names on the wire are kebab-case.
/// </summary>
public enum FaultKind
{
    /// <summary>A clock jumped, or a batch's time runs ahead of the clock.</summary>
    Clock,

    /// <summary>The provider does not make a refund that is owed.</summary>
    RefundStalled,

    /// <summary>A batch's ledger is damaged: the batch answers nothing until it is repaired.</summary>
    BatchDamaged,

    /// <summary>A batch's key is missing: nobody can take part until it is restored.</summary>
    BatchKeyMissing,

    /// <summary>A channel does not take posts.</summary>
    PostFailing,

    /// <summary>A channel does not take messages to buyers.</summary>
    MessageFailing,

    /// <summary>Nothing is sent to a webhook until an operator enables it.</summary>
    WebhookDisabled,

    /// <summary>A webhook takes nothing, or requests to it were given up.</summary>
    WebhookFailing,
}

/// <summary>A fault: some end by themselves, others need an operator.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Batch">Which batch it concerns; null: the engine as a whole.</param>
/// <param name="Since">When it began.</param>
/// <param name="Detail">A sentence for operators with the details.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Fault")]
public sealed record Fault(
    [property: Id(0)] FaultKind Kind, [property: Id(1)] string? Batch, [property: Id(2)] DateTimeOffset Since,
    [property: Id(3)] string Detail);

/// <summary>A source of faults. Every registered source is asked when an operator lists the faults.</summary>
public interface IFaultSource
{
    /// <summary>The current faults, without those that are over.</summary>
    Task<IReadOnlyList<Fault>> ListAsync();
}
