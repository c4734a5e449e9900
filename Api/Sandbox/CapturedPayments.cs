using Dapper;
using Microsoft.Data.Sqlite;
using OrleansSale.Api.Payments;

namespace OrleansSale.Api.Sandbox;

/// <summary>What a merchant asks to be paid back.</summary>
internal sealed record RefundTerms(string Payment, string Order, long Amount, string Currency);

/// <summary>A captured payment with its refund and how far its notification is, for reconciliation.</summary>
internal sealed record PaymentRecord
{
    public required string Id { get; init; }
    public required string Checkout { get; init; }
    public required string OrderId { get; init; }
    public required string UserId { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required long CapturedAt { get; init; }
    public string? Refund { get; init; }
    public long? RefundAmount { get; init; }
    public long? RefundedAt { get; init; }
    public required long Attempts { get; init; }
    public long? DeliveredAt { get; init; }
    public string? LastFault { get; init; }
}

/// <summary>The captured payments and their refunds.</summary>
internal sealed class CapturedPayments(SandboxDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Pays back once per key, and never more in all than was captured. If money was paid back under other keys, the last refund
    /// and the sum are told.
    /// </summary>
    public Task<(KeyedOutcome Outcome, string? Refund, long Amount)> RefundAsync(
        string key, RefundTerms terms, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Refund(connection, key, terms), cancellationToken);

    /// <summary>
    /// Payments in the order of their capture, after the payment <paramref name="after"/> if it is given.
    /// </summary>
    /// <param name="after">A payment id; an unknown one is before all.</param>
    /// <param name="order">Only this order's payments, if given.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<PaymentRecord> List(string? after, string? order, int limit) =>
        database.Read(connection => connection.Query<PaymentRecord>(
            """
            SELECT p.id AS Id, p.checkout AS Checkout, c.order_id AS OrderId, c.user_id AS UserId, c.amount AS Amount,
                   c.currency AS Currency, p.captured_at AS CapturedAt, r.id AS Refund,
                   (SELECT SUM(amount) FROM refunds WHERE payment = p.id) AS RefundAmount,
                   r.refunded_at AS RefundedAt, n.attempts AS Attempts, n.delivered_at AS DeliveredAt,
                   n.last_fault AS LastFault
            FROM payments p JOIN checkouts c ON c.id = p.checkout
                 JOIN notifications n ON n.checkout = c.id AND n.type = @capturedType
                 LEFT JOIN refunds r ON r.rowid = (SELECT MAX(rowid) FROM refunds WHERE payment = p.id)
            WHERE p.seq > COALESCE((SELECT seq FROM payments WHERE id = @after), 0)
                  AND (@order IS NULL OR c.order_id = @order)
            ORDER BY p.seq LIMIT @limit
            """,
            new { after, order, limit, capturedType = PaymentNotification.CapturedType }).AsList());

    private (KeyedOutcome, string?, long) Refund(SqliteConnection connection, string key, RefundTerms terms)
    {
        var payment = connection.QuerySingleOrDefault<CapturedRow>(
            """
            SELECT p.id AS Id, c.order_id AS OrderId, c.amount AS Amount, c.currency AS Currency
            FROM payments p JOIN checkouts c ON c.id = p.checkout WHERE p.id = @Payment
            """,
            new { terms.Payment });
        var isOfPayment = payment is not null && payment.OrderId == terms.Order && payment.Currency == terms.Currency;
        var earlier = connection.QuerySingleOrDefault<RefundRow>(
            "SELECT id AS Id, payment AS Payment, amount AS Amount FROM refunds WHERE idempotency_key = @key", new { key });
        if (earlier is not null)
        {
            return isOfPayment && earlier.Payment == terms.Payment && earlier.Amount == terms.Amount
                ? (KeyedOutcome.Repeated, earlier.Id, earlier.Amount)
                : isOfPayment && SumOf(connection, terms.Payment) is { } made && made.Amount == payment!.Amount
                    ? (KeyedOutcome.DoneBefore, made.Id, made.Amount)
                    : (KeyedOutcome.Conflict, null, 0);
        }

        if (payment is null) return (KeyedOutcome.NotFound, null, 0);
        if (!isOfPayment || terms.Amount > payment.Amount) return (KeyedOutcome.Conflict, null, 0);
        var last = SumOf(connection, terms.Payment);
        if (last?.Amount == payment.Amount) return (KeyedOutcome.DoneBefore, last.Id, last.Amount);
        if (last is not null && last.Amount + terms.Amount > payment.Amount)
            return (KeyedOutcome.PartlyDoneBefore, last.Id, last.Amount);
        var id = $"ref_{Cashier.NewId()}";
        connection.Execute(
            """
            INSERT INTO refunds (id, idempotency_key, payment, amount, refunded_at)
            VALUES (@id, @key, @Payment, @Amount, @at)
            """,
            new { id, key, terms.Payment, terms.Amount, at = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        return (KeyedOutcome.Made, id, terms.Amount);
    }

    // The last refund of a payment, with the sum of all of them.
    private static RefundRow? SumOf(SqliteConnection connection, string payment) =>
        connection.QuerySingleOrDefault<RefundRow>(
            """
            SELECT id AS Id, payment AS Payment, (SELECT SUM(amount) FROM refunds WHERE payment = @payment) AS Amount
            FROM refunds WHERE payment = @payment ORDER BY rowid DESC LIMIT 1
            """,
            new { payment });

    private sealed record CapturedRow
    {
        public required string Id { get; init; }
        public required string OrderId { get; init; }
        public required long Amount { get; init; }
        public required string Currency { get; init; }
    }

    private sealed record RefundRow
    {
        public required string Id { get; init; }
        public required string Payment { get; init; }
        public required long Amount { get; init; }
    }
}
