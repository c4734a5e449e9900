using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Messages;

/// <summary>What a message to a user is about: a closed set; the names on the wire are kebab-case.</summary>
public enum MessageKind
{
    /// <summary>A payment of theirs, or for their order, is being refunded.</summary>
    Refund = 1,

    /// <summary>The payment was refunded.</summary>
    Refunded,

    /// <summary>Units are held for them, because their turn in the line came.</summary>
    Offer,

    /// <summary>Units are held for them, because an operator has granted them.</summary>
    Grant,

    /// <summary>Units are held for their expired order again, because an operator has revived it.</summary>
    Revival,

    /// <summary>Their place, which waits in the product's backlog, counts for a batch that is announced.</summary>
    NextBatch,
}

/// <summary>Why a payment is refunded: a closed set; the names on the wire are kebab-case.</summary>
public enum RefundCause
{
    /// <summary>The order had expired when the payment arrived.</summary>
    Expired = 1,

    /// <summary>The order was cancelled, before or after the payment.</summary>
    Cancelled,

    /// <summary>The order was paid already.</summary>
    Duplicate,

    /// <summary>The amount or the currency was another than the order's.</summary>
    WrongAmount,

    /// <summary>Another user than the buyer paid.</summary>
    WrongPayer,

    /// <summary>The buyer gave the units back, and somebody else has bought them.</summary>
    Returned,

    /// <summary>The order was shipped, and the seller pays it back.</summary>
    Shipped,
}

/// <summary>What a message says.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Batch">The batch; its page is where the message leads to, unless it is about a kept place.</param>
/// <param name="Order">The order's id; null: it is about a kept place.</param>
/// <param name="Product">The product's name.</param>
/// <param name="Why">Why; null: the kind has no reason.</param>
/// <param name="Amount">The money it is about; null: it is about none.</param>
/// <param name="At">When it happened.</param>
/// <param name="PayBy">Until when the units are held; null: the kind has no deadline.</param>
/// <param name="Kept">The place that it is about; null: it is about an order.</param>
public sealed record MessageContent(
    MessageKind Kind, string Batch, string? Order, string Product, RefundCause? Why, Money? Amount, DateTimeOffset At,
    DateTimeOffset? PayBy = null, KeptPlace? Kept = null);

/// <summary>A place that waits in the backlog, and the batch that it may reach.</summary>
/// <param name="Place">The place's number in its batch.</param>
/// <param name="Next">The batch that it may reach; its page is where the message leads to.</param>
/// <param name="SaleOpens">When that batch opens.</param>
public sealed record KeptPlace(long Place, string Next, DateTimeOffset SaleOpens);

/// <summary>A message to one user of a channel.</summary>
/// <param name="MessageId">The same for every try, and for no other message.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Subject">The user's subject there.</param>
/// <param name="Content">What it says.</param>
public sealed record UserMessage(string MessageId, string Channel, string Subject, MessageContent Content);

/// <summary>
/// Sends messages to single users, on the channels whose <see cref="PostPlace.TakesMessages"/> says that they take
/// them.
/// </summary>
public interface IMessageSender
{
    /// <summary>
    /// Tries once to send a message. A repeat is always harmless. It never throws: what came of it is the result.
    /// </summary>
    Task<PostResult> SendAsync(UserMessage message, CancellationToken cancellationToken = default);
}
