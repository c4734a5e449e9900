using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>A checkout that a provider is asked about, and when.</summary>
/// <param name="order">Its order.</param>
internal sealed class WatchedCheckout(Order order)
{
    /// <summary>Its order.</summary>
    public Order Order => order;

    /// <summary>It as it was opened.</summary>
    public OpenedCheckout Opened { get; } = new(order, order.CheckoutProvider!, order.Checkout!);

    /// <summary>Its provider.</summary>
    public string Provider => Opened.Provider;

    /// <summary>The provider's id of it.</summary>
    public string Checkout => Opened.Id;

    /// <summary>Whether it waits for its next question.</summary>
    public bool IsAsked { get; set; }

    /// <summary>When it is closed or asked for because the order ends, ms.</summary>
    public long ClosesAt { get; set; }

    /// <summary>The pause before the last try of its closing, ms; 0: it was not tried.</summary>
    public long Delay { get; set; }

    /// <summary>Whether its provider is being asked.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>Whether there is nothing to ask any more.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether a payment is under way at its provider, as that said last when its order ended.</summary>
    public bool IsProcessing { get; set; }

    /// <summary>Whether its provider has no way to tell.</summary>
    public bool IsUntold { get; set; }
}
