namespace OrleansSale.Tests.Rules.Histories;

/// <summary>A captured payment, and where its money is.</summary>
internal sealed record NaivePayment(long Order, GrainInterfaces.Orders.Money Amount)
{
    public NaiveMoney Where { get; set; }
}

internal enum NaiveMoney
{
    Kept,
    Owed,
    PaidBack,
}
