using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Api.Sandbox;

/// <summary>A notification that is due.</summary>
[method: ExplicitConstructor]
internal sealed record DueNotification(
    string Id, string Body, long HappenedAt, long Attempts, string? LastFault, string? NotifyUrl);

/// <summary>The notifications that are still to be delivered. They outlive the process.</summary>
internal sealed class Outbox(SandboxDatabase database, SandboxOptions options, TimeProvider timeProvider) : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0);

    /// <summary>Adds a notification of a decision to the change that makes it true; it is due at once.</summary>
    public static void Add(SqliteConnection connection, Checkout checkout, string type, DateTimeOffset at) =>
        Add(connection, checkout, type, at, new
        {
            checkout.Payment,
            Checkout = checkout.Id,
            checkout.Order,
            checkout.User,
            Amount = SandboxAnswer.Money(checkout.Amount, checkout.Currency),
            Fee = checkout.Payment is null
                ? null : SandboxAnswer.Money(Checkout.FeeOf(checkout.Amount), checkout.Currency),
        });

    /// <summary>Adds a notification about a checkout that was paid; it is due at once.</summary>
    public static void Add(
        SqliteConnection connection, Checkout checkout, string type, DateTimeOffset at, object data)
    {
        connection.Execute(
            """
            INSERT INTO notifications (id, checkout, type, body, happened_at, due_at)
            VALUES (@message, @Id, @type, @body, @at, @at)
            """,
            new
            {
                message = $"msg_{Cashier.NewId()}",
                checkout.Id,
                type,
                body = JsonSerializer.Serialize(new { type, timestamp = at.UtcDateTime, data }, SandboxAnswer.Json),
                at = at.ToUnixTimeMilliseconds(),
            });
    }

    /// <summary>Tells the sender to look again.</summary>
    public void Wake() => _woken.Release();

    /// <summary>Waits for <see cref="Wake"/>, for <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        await _woken.WaitAsync(atMost, cancellationToken);
        // One look serves all callers of Wake.
        while (_woken.Wait(0, CancellationToken.None))
        {
        }
    }

    /// <summary>
    /// The <paramref name="limit"/> notifications that are due first, and when the first is due of all that are left.
    /// </summary>
    public (IReadOnlyList<DueNotification> Due, DateTimeOffset? Next) Due(int limit)
    {
        var now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        return database.Read(connection =>
        {
            var due = connection.Query<DueNotification>(
                """
                SELECT n.id AS Id, n.body AS Body, n.happened_at AS HappenedAt, n.attempts AS Attempts,
                       n.last_fault AS LastFault, c.notify_url AS NotifyUrl
                FROM notifications n JOIN checkouts c ON c.id = n.checkout
                WHERE n.due_at <= @now ORDER BY n.due_at LIMIT @limit
                """,
                new { now, limit }).AsList();
            var next = connection.ExecuteScalar<long?>(
                "SELECT MIN(due_at) FROM notifications WHERE due_at > @now", new { now });
            return (due, next is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null);
        });
    }

    /// <summary>
    /// Records an attempt: delivered if <paramref name="fault"/> is null, else to be repeated by the schedule.
    /// </summary>
    public Task RecordAsync(DueNotification notification, string? fault)
    {
        var now = timeProvider.GetUtcNow();
        var attempts = (int)notification.Attempts + 1;
        var happenedAt = DateTimeOffset.FromUnixTimeMilliseconds(notification.HappenedAt);
        var due = fault is null ? null : options.Retries.Next(attempts, happenedAt, now)?.ToUnixTimeMilliseconds();
        var delivered = fault is null ? now.ToUnixTimeMilliseconds() : (long?)null;
        return database.WriteAsync(connection => connection.Execute(
            """
            UPDATE notifications SET attempts = @attempts, due_at = @due, delivered_at = @delivered, last_fault = @fault
            WHERE id = @Id AND delivered_at IS NULL
            """,
            new { notification.Id, attempts, due, delivered, fault }));
    }

    public void Dispose() => _woken.Dispose();
}
