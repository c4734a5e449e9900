using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Messages;

/// <summary>
/// The messages to buyers of a batch. Key: the batch id. They follow from the batch's ledger, which is their queue; the
/// actor keeps how far it has read, and what is not delivered yet.
/// </summary>
[Alias("OrleansSale.IMessagesGrain")]
public interface IMessagesGrain : IGrainWithStringKey
{
    /// <summary>
    /// Announces an entry that causes a message. After this returns, the message is sent even if processes crash.
    /// </summary>
    /// <param name="seq">The entry's sequence: it is durable, and so are all before it.</param>
    [Alias("NoteNewsAsync")]
    Task NoteNewsAsync(long seq);

    /// <summary>
    /// Announces that another batch may now take the places of this one that wait in the product's backlog. After this
    /// returns, their buyers are told of that batch even if processes crash. Each is told of a batch once, however
    /// often this is called.
    /// </summary>
    [Alias("NoteBacklogAsync")]
    Task NoteBacklogAsync();

    /// <summary>
    /// By sequence: the waiting messages, the latest that failed for good, and the latest that arrived after a retry.
    /// </summary>
    [Alias("ListAsync")]
    Task<MessageView[]> ListAsync();

    /// <summary>
    /// Tries a waiting or failed message again now, once for each key. Conflict: it was delivered, it is being sent,
    /// nobody is left to tell, or its channel has no room for another one.
    /// </summary>
    /// <param name="seq">The message's number.</param>
    /// <param name="key">A hash of the operator and their Idempotency-Key.</param>
    [Alias("RetryAsync")]
    Task<Answer<MessageView>> RetryAsync(long seq, string key);

    /// <summary>The channels that do not take its messages now.</summary>
    [Alias("ListFaultsAsync"), ResponseTimeout("00:00:02")]
    Task<Fault[]> ListFaultsAsync();

    /// <summary>Reads new entries and sends due messages. Returns whether work is left.</summary>
    [Alias("WakeAsync")]
    Task<bool> WakeAsync();
}

/// <summary>A message to a buyer, as operators see it.</summary>
/// <param name="Seq">
/// Its number in the batch: the sequence of the entry that it follows from. A message that follows from no entry has a
/// number above 1,000,000,000,000.
/// </param>
/// <param name="Order">The order's id; null: it is about a place.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Why">Why; null: the kind has no reason.</param>
/// <param name="Amount">The money it is about; null: none.</param>
/// <param name="At">When it happened.</param>
/// <param name="Delivery">Its delivery.</param>
/// <param name="Place">The place's number; null: it is about an order.</param>
/// <param name="Next">The batch that the place may reach; null: it is about an order.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.MessageView")]
public sealed record MessageView(
    [property: Id(0)] long Seq, [property: Id(1)] string? Order, [property: Id(2)] MessageKind Kind,
    [property: Id(3)] RefundCause? Why, [property: Id(4)] Money? Amount, [property: Id(5)] DateTimeOffset At,
    [property: Id(6)] DeliveryView Delivery, [property: Id(7)] long? Place = null,
    [property: Id(8)] string? Next = null);
