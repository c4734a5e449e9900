using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;
using OrleansSale.Api.Payments;

namespace OrleansSale.Api.Sandbox;

/// <summary>What a merchant asks a checkout for.</summary>
internal sealed record CheckoutTerms(
    string Order,
    string User,
    string Description,
    long Amount,
    string Currency,
    DateTimeOffset ExpiresAt,
    string? ReturnUrl,
    string? NotifyUrl);

/// <summary>A checkout, and what has become of it.</summary>
internal sealed record Checkout(
    string Id, CheckoutTerms Terms, DateTimeOffset CreatedAt, bool Declined, string? Payment, string? Refund)
{
    /// <summary>The status as the protocol names it. Paid is for ever: a refund pays back, it does not undo.</summary>
    public string Status => Payment is not null ? "paid" : Declined ? "declined" : "open";
}

/// <summary>What a buyer decides at the cashier.</summary>
internal enum Outcome
{
    Paid,
    Declined,
}

/// <summary>How a request under an idempotency key ended.</summary>
internal enum KeyedOutcome
{
    /// <summary>Made now.</summary>
    Made,

    /// <summary>The same was made earlier under this key.</summary>
    Repeated,

    /// <summary>The key, or what it is about, is bound to something else.</summary>
    Conflict,

    /// <summary>It is about something that does not exist.</summary>
    NotFound,

    /// <summary>All of it was done before, under other keys.</summary>
    DoneBefore,

    /// <summary>A part of it was done before, under other keys, and there is not enough left.</summary>
    PartlyDoneBefore,
}

/// <summary>The checkouts and what buyers decide about them.</summary>
internal sealed class Cashier(SandboxDatabase database, NotificationOutbox outbox, TimeProvider clock)
{
    private const string SelectCheckout = """
        SELECT c.id AS Id, c.order_id AS OrderId, c.user_id AS UserId, c.description AS Description, c.amount AS Amount,
               c.currency AS Currency, c.created_at AS CreatedAt, c.expires_at AS ExpiresAt,
               c.return_url AS ReturnUrl, c.notify_url AS NotifyUrl, c.declined_at AS DeclinedAt,
               p.id AS Payment,
               (SELECT id FROM refunds WHERE payment = p.id GROUP BY payment HAVING SUM(amount) = c.amount) AS Refund
        FROM checkouts c LEFT JOIN payments p ON p.checkout = c.id
        """;

    /// <summary>An id that nobody can guess: 128 random bits in hexadecimal.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Makes the checkout for <paramref name="key"/>, or finds the one that was made for it.</summary>
    /// <remarks>
    /// The same key must ask for the same sale. The two addresses are not part of it: they follow the merchant's
    /// deployment, and the newest count.
    /// </remarks>
    public Task<(KeyedOutcome Outcome, Checkout? Checkout)> CreateAsync(
        string key, CheckoutTerms terms, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Create(connection, key, terms), cancellationToken);

    /// <summary>The checkout, or null if there is none with this id.</summary>
    public Checkout? Find(string id) => database.Read(connection => Find(connection, id));

    /// <summary>Decides a checkout as its buyer did; null if there is none with this id.</summary>
    /// <remarks>
    /// The first <see cref="Outcome.Paid"/> captures, whenever it comes, also after expiresAt: whether the money can be
    /// kept is for the merchant to say, who knows what became of the order. Nothing undoes a capture. A declined
    /// checkout stays payable.
    /// </remarks>
    public async Task<Checkout?> DecideAsync(string id, Outcome outcome, CancellationToken cancellationToken)
    {
        var decided = await database.WriteAsync(connection => Decide(connection, id, outcome), cancellationToken);
        outbox.Wake();
        return decided;
    }

    private (KeyedOutcome, Checkout?) Create(SqliteConnection connection, string key, CheckoutTerms terms)
    {
        var earlier = Query(connection, "WHERE c.idempotency_key = @key", new { key });
        if (earlier is null)
        {
            var now = clock.GetUtcNow();
            var checkout = new Checkout(NewId(), terms, now, Declined: false, Payment: null, Refund: null);
            Insert(connection, key, checkout);
            return (KeyedOutcome.Made, checkout);
        }

        var sameSale = terms with { ReturnUrl = earlier.Terms.ReturnUrl, NotifyUrl = earlier.Terms.NotifyUrl };
        if (sameSale != earlier.Terms) return (KeyedOutcome.Conflict, null);
        if (terms != earlier.Terms)
        {
            connection.Execute(
                "UPDATE checkouts SET return_url = @ReturnUrl, notify_url = @NotifyUrl WHERE id = @Id",
                new { terms.ReturnUrl, terms.NotifyUrl, earlier.Id });
        }

        return (KeyedOutcome.Repeated, earlier with { Terms = terms });
    }

    private static void Insert(SqliteConnection connection, string key, Checkout checkout) => connection.Execute(
        """
        INSERT INTO checkouts (id, idempotency_key, order_id, user_id, description, amount, currency,
                               created_at, expires_at, return_url, notify_url)
        VALUES (@Id, @key, @Order, @User, @Description, @Amount, @Currency, @createdAt, @expiresAt,
                @ReturnUrl, @NotifyUrl)
        """,
        new
        {
            checkout.Id,
            key,
            checkout.Terms.Order,
            checkout.Terms.User,
            checkout.Terms.Description,
            checkout.Terms.Amount,
            checkout.Terms.Currency,
            createdAt = checkout.CreatedAt.ToUnixTimeMilliseconds(),
            expiresAt = checkout.Terms.ExpiresAt.ToUnixTimeMilliseconds(),
            checkout.Terms.ReturnUrl,
            checkout.Terms.NotifyUrl,
        });

    // The outcome and its notification are one change: there is no capture that the merchant is not told of. A checkout
    // has at most two notifications, whatever is sent to it: its one capture and its first decline.
    private Checkout? Decide(SqliteConnection connection, string id, Outcome outcome)
    {
        var checkout = Find(connection, id);
        if (checkout is null || checkout.Payment is not null) return checkout;
        var now = clock.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        if (outcome == Outcome.Paid)
        {
            var paid = checkout with { Payment = $"pay_{NewId()}" };
            connection.Execute(
                "INSERT INTO payments (id, checkout, captured_at) VALUES (@Payment, @Id, @at)",
                new { paid.Payment, paid.Id, at });
            NotificationOutbox.Add(connection, paid, PaymentNotification.CapturedType, now);
            return paid;
        }

        if (checkout.Declined) return checkout;
        connection.Execute("UPDATE checkouts SET declined_at = @at WHERE id = @id", new { at, id });
        var declined = checkout with { Declined = true };
        NotificationOutbox.Add(connection, declined, PaymentNotification.DeclinedType, now);
        return declined;
    }

    private static Checkout? Find(SqliteConnection connection, string id) =>
        Query(connection, "WHERE c.id = @id", new { id });

    private static Checkout? Query(SqliteConnection connection, string where, object arguments) =>
        connection.QuerySingleOrDefault<CheckoutRow>($"{SelectCheckout} {where}", arguments) is { } row
            ? new Checkout(
                row.Id,
                new CheckoutTerms(
                    row.OrderId,
                    row.UserId,
                    row.Description,
                    row.Amount,
                    row.Currency,
                    DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt),
                    row.ReturnUrl,
                    row.NotifyUrl),
                DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
                row.DeclinedAt is not null,
                row.Payment,
                row.Refund)
            : null;

    private sealed record CheckoutRow
    {
        public required string Id { get; init; }
        public required string OrderId { get; init; }
        public required string UserId { get; init; }
        public required string Description { get; init; }
        public required long Amount { get; init; }
        public required string Currency { get; init; }
        public required long CreatedAt { get; init; }
        public required long ExpiresAt { get; init; }
        public string? ReturnUrl { get; init; }
        public string? NotifyUrl { get; init; }
        public long? DeclinedAt { get; init; }
        public string? Payment { get; init; }
        public string? Refund { get; init; }
    }
}
