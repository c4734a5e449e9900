using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Payments;

/// <summary>
/// How the engine and its payment provider reach each other. Bound from <c>Payments:</c>.
/// </summary>
public sealed class PaymentOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments";

    /// <summary>The least length of a webhook secret in bytes, by the Standard Webhooks specification.</summary>
    public const int MinWebhookSecretBytes = 24;

    private const string WebhookSecretPrefix = "whsec_";

    /// <summary>
    /// The provider's address: absolute, http or https; <c>/checkouts</c> and <c>/refunds</c> are appended to it.
    /// Default: none, which means the sandbox of this process; without a sandbox it must be given.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>
    /// Whether this process runs the sandbox provider. Default: in Development, if no <see cref="BaseAddress"/> is
    /// given.
    /// </summary>
    public bool Sandbox { get; set; }

    /// <summary>The bearer token by which the provider identifies this merchant. No default; visible ASCII.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// The secret that the provider signs its notifications with: base64 of at least
    /// <see cref="MinWebhookSecretBytes"/> bytes, with or without the prefix <c>whsec_</c>. While secrets are rotated,
    /// several separated by spaces: any of them verifies, and the sandbox signs with all. No default.
    /// </summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>
    /// The address under which buyers' browsers reach this engine, and with it the sandbox's pages. Required outside
    /// Development, where it must be https and not a loopback address, because buyers use it from anywhere, through a
    /// TLS proxy if there is one. Default in Development: the first address this process listens on, with
    /// <c>localhost</c> for "any".
    /// </summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>
    /// Where the provider sends a buyer afterwards; <c>{batch}</c> and <c>{order}</c> in it are replaced.
    /// Default: the batch's page, <c>/sale/{batch}</c> at the <see cref="PublicAddress"/>.
    /// </summary>
    public string? ReturnAddress { get; set; }

    /// <summary>
    /// Where the provider posts its notifications. Default: the requests name none, and the provider uses its own
    /// configuration; the sandbox uses <c>/api/payments/notifications</c> at the first address this process listens on.
    /// </summary>
    public Uri? NotificationAddress { get; set; }

    /// <summary>Whether this process runs the sandbox. The composition needs this before any options exist.</summary>
    public static bool UsesSandbox(IConfiguration configuration, IHostEnvironment environment) =>
        configuration.GetValue(
            $"{Section}:{nameof(Sandbox)}",
            environment.IsDevelopment() && string.IsNullOrEmpty(configuration[$"{Section}:{nameof(BaseAddress)}"]));

    /// <summary>
    /// The secrets in <paramref name="text"/>, in order. Null if there is none, or one is not base64 or too short.
    /// </summary>
    public static IReadOnlyList<byte[]>? ParseWebhookSecrets(string text)
    {
        var secrets = new List<byte[]>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var encoded = part.StartsWith(WebhookSecretPrefix, StringComparison.Ordinal)
                ? part[WebhookSecretPrefix.Length..]
                : part;
            var secret = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, secret, out var length) || length < MinWebhookSecretBytes)
                return null;
            secrets.Add(secret[..length]);
        }

        return secrets.Count == 0 ? null : secrets;
    }
}

/// <summary>Names the first key of <c>Payments:</c> that is missing or can't be used.</summary>
internal sealed class PaymentOptionsValidation(PaymentRole role, bool isDevelopment) : IValidateOptions<PaymentOptions>
{
    public ValidateOptionsResult Validate(string? name, PaymentOptions options) =>
        Fault(options) is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;

    private string? Fault(PaymentOptions options)
    {
        var asks = role.HasFlag(PaymentRole.Asks);
        if (asks && options.BaseAddress is null && !options.Sandbox)
            return "Payments:BaseAddress is missing: the address of the payment provider.";
        if ((asks || options.Sandbox) && string.IsNullOrEmpty(options.ApiKey))
            return "Payments:ApiKey is missing: the token that the payment provider knows this merchant by.";
        if (options.ApiKey.Any(c => c is <= ' ' or > '~'))
            return "Payments:ApiKey must be visible ASCII without spaces.";
        var isNotified = role.HasFlag(PaymentRole.IsNotified);
        if (isNotified && string.IsNullOrEmpty(options.WebhookSecret))
            return "Payments:WebhookSecret is missing: the secret that notifications are signed with.";
        if (isNotified && PaymentOptions.ParseWebhookSecrets(options.WebhookSecret) is null)
            return $"Payments:WebhookSecret must be base64 of at least {PaymentOptions.MinWebhookSecretBytes} bytes.";
        if ((asks || options.Sandbox) && !isDevelopment && options.PublicAddress is null)
            return "Payments:PublicAddress is missing: where buyers' browsers reach this sale, such as "
                + "https://shop.example.";
        return AddressFault(options);
    }

    // The provider may be an adapter on the same machine or network, so plain http is allowed there. Buyers come from
    // anywhere.
    private string? AddressFault(PaymentOptions options)
    {
        if (options.BaseAddress is { } provider && Fault("BaseAddress", provider, isBase: true) is { } atProvider)
            return atProvider;
        if (options.PublicAddress is { } own && Fault("PublicAddress", own, isBase: true, !isDevelopment) is { } atOwn)
            return atOwn;
        if (options.NotificationAddress is { } notified && Fault("NotificationAddress", notified) is { } atNotified)
            return atNotified;
        if (string.IsNullOrEmpty(options.ReturnAddress)) return null;
        return Uri.TryCreate(options.ReturnAddress, UriKind.Absolute, out var back)
            ? Fault("ReturnAddress", back, isPublic: !isDevelopment)
            : $"Payments:ReturnAddress {WebAddress.Demand}.";
    }

    private static string? Fault(string name, Uri address, bool isBase = false, bool isPublic = false) =>
        WebAddress.Fault($"{PaymentOptions.Section}:{name}", address, isBase, isPublic);
}
