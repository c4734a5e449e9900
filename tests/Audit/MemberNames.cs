using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>The names of an entry's members.</summary>
internal static class MemberNames
{
    /// <summary>The member whose name the reader is at; none: it is not known.</summary>
    public static Members Read(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("order"u8) ? Members.Order
        : reader.ValueTextEquals("alias"u8) ? Members.Alias
        : reader.ValueTextEquals("units"u8) ? Members.Units
        : reader.ValueTextEquals("payBy"u8) ? Members.PayBy
        : reader.ValueTextEquals("reservation"u8) ? Members.Reservation
        : reader.ValueTextEquals("key"u8) ? Members.Key
        : reader.ValueTextEquals("payment"u8) ? Members.Payment
        : reader.ValueTextEquals("amount"u8) ? Members.Amount
        : reader.ValueTextEquals("fee"u8) ? Members.Fee
        : reader.ValueTextEquals("checkout"u8) ? Members.Checkout
        : reader.ValueTextEquals("why"u8) ? Members.Why
        : reader.ValueTextEquals("refund"u8) ? Members.Refund
        : reader.ValueTextEquals("ranges"u8) ? Members.Ranges
        : reader.ValueTextEquals("reason"u8) ? Members.Reason
        : reader.ValueTextEquals("by"u8) ? Members.By
        : reader.ValueTextEquals("place"u8) ? Members.Place
        : reader.ValueTextEquals("from"u8) ? Members.From
        : reader.ValueTextEquals("quantity"u8) ? Members.Quantity
        : reader.ValueTextEquals("how"u8) ? Members.How
        : reader.ValueTextEquals("originBatch"u8) ? Members.OriginBatch
        : reader.ValueTextEquals("originPlace"u8) ? Members.OriginPlace
        : reader.ValueTextEquals("places"u8) ? Members.Places
        : reader.ValueTextEquals("number"u8) ? Members.Number
        : reader.ValueTextEquals("provider"u8) ? Members.Provider
        : reader.ValueTextEquals("cause"u8) ? Members.Cause
        : reader.ValueTextEquals("code"u8) ? Members.Code
        : reader.ValueTextEquals("command"u8) ? Members.Command
        : reader.ValueTextEquals("until"u8) ? Members.Until
        : reader.ValueTextEquals("seconds"u8) ? Members.Seconds
        : reader.ValueTextEquals("schedule"u8) ? Members.Schedule
        : reader.ValueTextEquals("orders"u8) ? Members.Orders
        : Members.None;
}
