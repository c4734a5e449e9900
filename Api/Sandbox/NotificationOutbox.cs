using System.Text.Json;
using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Api.Sandbox;

/// <summary>A notification that is due.</summary>
internal sealed record DueNotification
{
    public required string Id { get; init; }
    public required string Body { get; init; }
    public required long HappenedAt { get; init; }
    public required long Attempts { get; init; }
    public string? NotifyUrl { get; init; }
    public string? LastFault { get; init; }
}

/// <summary>The notifications that are still to be delivered. They outlive the process.</summary>
internal sealed class NotificationOutbox(SandboxDatabase database, SandboxOptions options, TimeProvider clock)
{
    // Holds at most the one remark that there may be something to do.
    private readonly Channel<bool> _woken =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds a notification to the change that makes it true; it is due at once.</summary>
    public static void Add(SqliteConnection connection, Checkout checkout, string type, DateTimeOffset at)
    {
        var terms = checkout.Terms;
        var notification = new NotificationMessage(type, at.UtcDateTime, new NotificationData(
            checkout.Payment, checkout.Id, terms.Order, terms.User, new MoneyBody(terms.Amount, terms.Currency)));
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
                body = JsonSerializer.Serialize(notification, SandboxJson.Default.NotificationMessage),
                at = at.ToUnixTimeMilliseconds(),
            });
    }

    /// <summary>Tells the sender to look again.</summary>
    public void Wake() => _woken.Writer.TryWrite(true);

    /// <summary>Waits for <see cref="Wake"/>, for <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(atMost, clock);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            await _woken.Reader.ReadAsync(bound.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }
    }

    /// <summary>
    /// The <paramref name="limit"/> notifications that are due first, and when the first is due of all that are left.
    /// </summary>
    public (IReadOnlyList<DueNotification> Due, DateTimeOffset? Next) Due(int limit)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
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
        var now = clock.GetUtcNow();
        var attempts = (int)notification.Attempts + 1;
        var due = fault is null
            ? null
            : options.Retries.Next(attempts, DateTimeOffset.FromUnixTimeMilliseconds(notification.HappenedAt), now);
        return database.WriteAsync(
            connection => connection.Execute(
                """
                UPDATE notifications SET attempts = @attempts, due_at = @due, delivered_at = @delivered,
                    last_fault = @fault
                WHERE id = @Id AND delivered_at IS NULL
                """,
                new
                {
                    notification.Id,
                    attempts,
                    due = due?.ToUnixTimeMilliseconds(),
                    delivered = fault is null ? now.ToUnixTimeMilliseconds() : (long?)null,
                    fault,
                }));
    }
}
