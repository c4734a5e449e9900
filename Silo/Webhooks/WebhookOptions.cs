namespace OrleansSale.Silo.Webhooks;

/// <summary>How webhooks may be sent. Bound from <c>Webhooks:</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>
    /// Whether endpoints may be on this machine: then an address of loopback is allowed, also with http. Default: only
    /// in Development.
    /// </summary>
    public bool AllowLoopback { get; set; }
}
