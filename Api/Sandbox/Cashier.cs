using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;
using OrleansSale.GrainInterfaces.Payments.Format;

namespace OrleansSale.Api.Sandbox;

/// <summary>How a request for a refund ended.</summary>
internal enum RefundOutcome
{
    /// <summary>Made now.</summary>
    Made,

    /// <summary>The same was made earlier under this key.</summary>
    Repeated,

    /// <summary>The key is bound to another refund, or the payment does not cover this one.</summary>
    Conflict,

    /// <summary>There is no such payment.</summary>
    NotFound,

    /// <summary>All of it was paid back before, under other keys.</summary>
    DoneBefore,

    /// <summary>A part of it was paid back before, under other keys, and there is not enough left.</summary>
    PartlyDoneBefore,
}

/// <summary>The checkouts, what buyers decide about them, and what merchants pay back.</summary>
internal sealed class Cashier(SandboxDatabase database, Outbox outbox, TimeProvider timeProvider)
{
    private const string SelectCheckout = """
        SELECT c.id AS Id, c.idempotency_key AS Key, c.order_id AS "Order", c.user_id AS User,
               c.description AS Description, c.amount AS Amount, c.currency AS Currency, c.created_at AS CreatedAt,
               c.expires_at AS ExpiresAt, c.return_url AS ReturnUrl, c.notify_url AS NotifyUrl,
               c.declined_at AS DeclinedAt, p.id AS Payment,
               (SELECT id FROM refunds WHERE payment = p.id GROUP BY payment HAVING SUM(amount) = c.amount) AS Refund
        FROM checkouts c LEFT JOIN payments p ON p.checkout = c.id
        """;

    // With the last refund of each, and the sum of all.
    private const string SelectPayment = """
        SELECT p.id AS Id, p.checkout AS Checkout, c.order_id AS "Order", c.user_id AS User, c.amount AS Amount,
               c.currency AS Currency, p.captured_at AS CapturedAt, r.id AS Refund, r.refunded_at AS RefundedAt,
               (SELECT SUM(amount) FROM refunds WHERE payment = p.id) AS RefundAmount,
               n.attempts AS Attempts, n.delivered_at AS DeliveredAt, n.last_fault AS LastFault
        FROM payments p JOIN checkouts c ON c.id = p.checkout
             JOIN notifications n ON n.checkout = c.id AND n.type = @type
             LEFT JOIN refunds r ON r.rowid = (SELECT MAX(rowid) FROM refunds WHERE payment = p.id)
        """;

    /// <summary>An id that nobody can guess: 128 random bits in hexadecimal.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>
    /// Makes <paramref name="wanted"/>, or finds the checkout that was made under its key; null if that is of another
    /// sale.
    /// </summary>
    /// <remarks>The two addresses follow the merchant's deployment: they may change, and the newest count.</remarks>
    public Task<Checkout?> CreateAsync(Checkout wanted, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(
                """
                INSERT INTO checkouts (id, idempotency_key, order_id, user_id, description, amount, currency,
                                       created_at, expires_at, return_url, notify_url)
                VALUES (@Id, @Key, @Order, @User, @Description, @Amount, @Currency, @CreatedAt, @ExpiresAt, @ReturnUrl,
                        @NotifyUrl)
                ON CONFLICT (idempotency_key) DO UPDATE SET return_url = @ReturnUrl, notify_url = @NotifyUrl
                WHERE order_id = @Order AND user_id = @User AND description = @Description AND amount = @Amount
                      AND currency = @Currency AND expires_at = @ExpiresAt
                """,
                wanted);
            var kept = Query(connection, "c.idempotency_key = @Key", wanted);
            return kept?.IsSameSale(wanted) == true ? kept : null;
        },
        cancellationToken);

    /// <summary>The checkout, or null if there is none with this id.</summary>
    public Checkout? Find(string id) => database.Read(connection => Query(connection, "c.id = @id", new { id }));

    /// <summary>Decides a checkout as its buyer did; null if there is none with this id.</summary>
    /// <remarks>
    /// The first payment captures, whenever it comes, also after expiresAt: the merchant knows what became of the
    /// order, and says whether the money can be kept. Nothing undoes a capture. A declined checkout stays payable.
    /// </remarks>
    public async Task<Checkout?> DecideAsync(string id, bool isPaid, CancellationToken cancellationToken)
    {
        var decided = await database.WriteAsync(connection => Decide(connection, id, isPaid), cancellationToken);
        outbox.Wake();
        return decided;
    }

    // The outcome and its notification are one change: the merchant is notified of every capture. A checkout has at
    // most two notifications, whatever is sent to it: its one capture and its first decline.
    private Checkout? Decide(SqliteConnection connection, string id, bool isPaid)
    {
        var checkout = Query(connection, "c.id = @id", new { id });
        if (checkout is null || checkout.Payment is not null || (!isPaid && checkout.DeclinedAt is not null))
            return checkout;
        var now = timeProvider.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        if (isPaid)
        {
            checkout = checkout with { Payment = $"pay_{NewId()}" };
            connection.Execute(
                "INSERT INTO payments (id, checkout, captured_at) VALUES (@Payment, @Id, @at)",
                new { checkout.Payment, checkout.Id, at });
        }
        else
        {
            checkout = checkout with { DeclinedAt = at };
            connection.Execute("UPDATE checkouts SET declined_at = @at WHERE id = @id", new { at, id });
        }

        Outbox.Add(
            connection, checkout, isPaid ? NotificationType.Captured : NotificationType.Declined, now);
        return checkout;
    }

    /// <summary>
    /// Pays back once per key, and never more in all than was captured. If money was paid back under other keys, the
    /// last refund and the sum are returned.
    /// </summary>
    /// <param name="key">The merchant's idempotency key.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="order">The order it was made for.</param>
    /// <param name="amount">The amount, in minor units.</param>
    /// <param name="currency">Its currency.</param>
    /// <param name="notifies">Whether the merchant is notified of a refund that their engine did not ask for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(RefundOutcome Outcome, string? Refund, long Amount)> RefundAsync(
        string key, string payment, string order, long amount, string currency, bool notifies,
        CancellationToken cancellationToken)
    {
        var judged = await database.WriteAsync(
            connection =>
            {
                var (outcome, refund, sum) = Judge(connection, key, payment, order, amount, currency);
                if (outcome != RefundOutcome.Made) return (outcome, refund, sum);
                var (id, now) = ($"ref_{NewId()}", timeProvider.GetUtcNow());
                var at = now.ToUnixTimeMilliseconds();
                connection.Execute(
                    """
                    INSERT INTO refunds (id, idempotency_key, payment, amount, refunded_at)
                    VALUES (@id, @key, @payment, @amount, @at)
                    """,
                    new { id, key, payment, amount, at });
                // The engine's keys are the payment's id, and that with what was paid back before.
                if (notifies && key != payment && !key.StartsWith(payment + "-", StringComparison.Ordinal))
                {
                    var data = new
                    {
                        payment,
                        order,
                        refund = id,
                        amount = SandboxAnswer.Money(amount, currency),
                    };
                    Outbox.Add(connection, PaidBy(connection, payment)!, NotificationType.Refunded, now, data);
                }
                return (outcome, id, amount);
            },
            cancellationToken);
        outbox.Wake();
        return judged;
    }

    /// <summary>Notifies the merchant of a dispute; false: there is no such payment.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="dispute">The id of the dispute.</param>
    /// <param name="state">How far it is: open, won or lost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> DisputeAsync(
        string payment, string dispute, string state, CancellationToken cancellationToken)
    {
        var isKnown = await database.WriteAsync(
            connection =>
            {
                if (PaidBy(connection, payment) is not { } checkout) return false;
                var amount = SandboxAnswer.Money(checkout.Amount, checkout.Currency);
                var data = new { payment, checkout.Order, dispute, state, amount };
                Outbox.Add(connection, checkout, NotificationType.Disputed, timeProvider.GetUtcNow(), data);
                return true;
            },
            cancellationToken);
        outbox.Wake();
        return isKnown;
    }

    private static Checkout? PaidBy(SqliteConnection connection, string payment) =>
        Query(connection, "p.id = @payment", new { payment });

    private static (RefundOutcome Outcome, string? Refund, long Amount) Judge(
        SqliteConnection connection, string key, string payment, string order, long amount, string currency)
    {
        var captured = connection.QuerySingleOrDefault<PaymentRecord>(
            $"{SelectPayment} WHERE p.id = @payment", new { payment, type = NotificationType.Captured });
        var (earlier, of, earlierAmount) = connection.QuerySingleOrDefault<(string?, string?, long)>(
            "SELECT id, payment, amount FROM refunds WHERE idempotency_key = @key", new { key });
        if (captured is null) return (earlier is null ? RefundOutcome.NotFound : RefundOutcome.Conflict, null, 0);
        var isOfPayment = captured.Order == order && captured.Currency == currency;
        if (isOfPayment && of == payment && earlierAmount == amount) return (RefundOutcome.Repeated, earlier, amount);
        if (!isOfPayment || (earlier is null && amount > captured.Amount)) return (RefundOutcome.Conflict, null, 0);
        var sum = captured.RefundAmount ?? 0;
        if (sum == captured.Amount && captured.Refund is not null)
            return (RefundOutcome.DoneBefore, captured.Refund, sum);
        if (earlier is not null) return (RefundOutcome.Conflict, null, 0);
        return sum + amount > captured.Amount
            ? (RefundOutcome.PartlyDoneBefore, captured.Refund, sum)
            : (RefundOutcome.Made, null, 0);
    }

    /// <summary>
    /// Payments in the order of their capture, after the payment <paramref name="after"/> if it is given.
    /// </summary>
    /// <param name="after">A payment id; an unknown one is before all.</param>
    /// <param name="order">Only this order's payments, if given.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<PaymentRecord> List(string? after, string? order, int limit) =>
        database.Read(connection => connection.Query<PaymentRecord>(
            $"""
            {SelectPayment}
            WHERE p.seq > COALESCE((SELECT seq FROM payments WHERE id = @after), 0)
                  AND (@order IS NULL OR c.order_id = @order)
            ORDER BY p.seq LIMIT @limit
            """,
            new { after, order, limit, type = NotificationType.Captured }).AsList());

    private static Checkout? Query(SqliteConnection connection, string condition, object arguments) =>
        connection.QuerySingleOrDefault<Checkout>($"{SelectCheckout} WHERE {condition}", arguments);
}
