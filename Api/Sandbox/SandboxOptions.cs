namespace OrleansSale.Api.Sandbox;

/// <summary>The sandbox provider's file on its one merchant, and how it behaves.</summary>
public sealed class SandboxOptions
{
    /// <summary>The folder of its file; made if missing. Required.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// The name of its file. Default: <c>sandbox.db</c>. Several processes that are one merchant may have the same
    /// file: each answers for all checkouts in it, and may send a notification that another one sends too.
    /// </summary>
    public string FileName { get; set; } = "sandbox.db";

    /// <summary>Its file.</summary>
    public string Path => System.IO.Path.Combine(DataDirectory, FileName);

    /// <summary>The merchant's bearer token. Required.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The secrets that notifications are signed with: at least one, all of them sign.</summary>
    public IReadOnlyList<byte[]> WebhookSecrets { get; set; } = [];

    /// <summary>The merchant's name on the cashier's page.</summary>
    public string Merchant { get; set; } = "OrleansSale";

    /// <summary>
    /// The address of the cashier's pages for browsers. Default: the first address this process listens on.
    /// </summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>The path below which browsers see it, such as <c>/shop</c>. Default: none.</summary>
    public string PathBase { get; set; } = "";

    /// <summary>
    /// Where notifications go if the checkout named no address of its own. Default: <see cref="NotificationPath"/> at
    /// the first address this process listens on, asked anew for each attempt.
    /// </summary>
    public Uri? NotificationAddress { get; set; }

    /// <summary>Where they go at this process. Default: <c>/api/payments/notifications</c>.</summary>
    public string NotificationPath { get; set; } = "/api/payments/notifications";

    /// <summary>
    /// When a notification that was not answered 2xx is sent again. Default: <see cref="RetrySchedule.Default"/>.
    /// </summary>
    public RetrySchedule Retries { get; set; } = RetrySchedule.Default;

    /// <summary>How long one attempt to notify may take. Default: 5 s.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many notifications are sent at a time, 1 or more. Default: 16.</summary>
    public int ConcurrentNotifications { get; set; } = 16;
}
