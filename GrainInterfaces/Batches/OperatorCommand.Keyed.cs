namespace OrleansSale.GrainInterfaces.Batches;

// A repeat may give its reason in other words.
public sealed partial record OperatorCommand : IKeyedCommand
{
    /// <inheritdoc />
    public bool Repeats(IKeyedCommand other) =>
        other is OperatorCommand same && same with { Reason = Reason } == this;
}
