using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>A captured payment in a batch's state.</summary>
public sealed class Payment
{
    internal Payment(PaymentId id, long order, Money amount) => (Id, Order, Amount) = (id, order, amount);

    /// <summary>The payment.</summary>
    public PaymentId Id { get; }

    /// <summary>Sequence of the order it was made for.</summary>
    public long Order { get; }

    /// <summary>The captured amount.</summary>
    public Money Amount { get; }

    /// <summary>The state of the money.</summary>
    public PaymentState State { get; internal set; }
}

/// <summary>The state of a captured payment. It ends as <see cref="Kept"/> or <see cref="PaidBack"/>.</summary>
public enum PaymentState : byte
{
    /// <summary>It pays for its order.</summary>
    Kept,

    /// <summary>It is owed back.</summary>
    Owed,

    /// <summary>It was refunded.</summary>
    PaidBack,
}
