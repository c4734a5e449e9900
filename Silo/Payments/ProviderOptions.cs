using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Payments;

/// <summary>What a payment provider speaks.</summary>
public enum ProviderKind
{
    /// <summary>The protocol of <c>docs/payments.md</c>.</summary>
    Protocol,

    /// <summary>Stripe's API: its Checkout Sessions.</summary>
    Stripe,
}

/// <summary>Settings <c>Payments:Providers:{provider}:…</c>: one section per payment provider.</summary>
public sealed class ProviderOptions
{
    /// <summary>What it speaks. No default.</summary>
    public ProviderKind? Kind { get; set; }

    /// <summary>
    /// Of a Protocol: its address. Default: the sandbox of this process; without a sandbox it must be given.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The token or secret key that it knows this merchant by. No default; visible ASCII.</summary>
    public string ApiKey { get; set => field = value ?? ""; } = "";

    /// <summary>
    /// The secret that it signs its notifications with; several separated by spaces while they are rotated. No default.
    /// Of a Protocol base64, see <see cref="WebhookSecrets.Parse"/>; of Stripe a signing secret,
    /// <c>whsec_…</c>.
    /// </summary>
    public string WebhookSecret { get; set => field = value ?? ""; } = "";

    /// <summary>Of a Protocol: where it posts its notifications. Default: none is named to it.</summary>
    public Uri? NotificationAddress { get; set; }

    /// <summary>Of Stripe: the address of its API. Default: Stripe's own.</summary>
    public Uri? ApiBase { get; set; }

    /// <summary>
    /// Of Stripe: the payment methods that are offered, by Stripe's names, separated by spaces. Default: <c>card</c>.
    /// </summary>
    public string? PaymentMethods { get; set; }
}
