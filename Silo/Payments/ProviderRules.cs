using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Payments;

/// <summary>What the settings of one payment provider may be.</summary>
internal static class ProviderRules
{
    private const string StripeSecretPrefix = "whsec_";
    private const string PublishablePrefix = "pk_";
    private const int MaxPaymentMethods = 20;

    /// <summary>The faults, a line each.</summary>
    /// <param name="path">The section.</param>
    /// <param name="options">The settings.</param>
    /// <param name="role">What this process does.</param>
    /// <param name="isSandbox">Whether the provider is the sandbox of this process.</param>
    /// <param name="isDevelopment">Whether it may be reached unencrypted.</param>
    public static IEnumerable<string> FaultsOf(
        string path, ProviderOptions options, PaymentRole role, bool isSandbox, bool isDevelopment)
    {
        if (options.Kind is not { } kind)
        {
            return [$"{path}:Kind is missing: {string.Join(" or ", Enum.GetNames<ProviderKind>())}."];
        }
        string?[] faults =
        [
            kind == ProviderKind.Protocol ? FaultOfAddress(path, options, role, isSandbox)
                : FaultOfApi(path, options, isDevelopment),
            FaultOfKey(path, options, role.HasFlag(PaymentRole.Asks) || isSandbox),
            FaultOfSecret(path, options, role.HasFlag(PaymentRole.IsNotified)),
            options.NotificationAddress is not { } notified ? null
                : kind != ProviderKind.Protocol ? OfAnotherKind(path, nameof(options.NotificationAddress), kind)
                : WebAddress.Fault($"{path}:NotificationAddress", notified, isBase: false, isPublic: false),
            FaultOfMethods(path, options),
        ];
        return faults.OfType<string>();
    }

    // The provider may be an adapter on the same machine or network, so plain http will do there.
    private static string? FaultOfAddress(string path, ProviderOptions options, PaymentRole role, bool isSandbox) =>
        options.ApiBase is not null ? OfAnotherKind(path, nameof(options.ApiBase), ProviderKind.Protocol)
        : options.BaseAddress is { } address
            ? WebAddress.Fault($"{path}:BaseAddress", address, isBase: true, isPublic: false)
        : role.HasFlag(PaymentRole.Asks) && !isSandbox
            ? $"{path}:BaseAddress is missing: the address of the payment provider."
        : null;

    private static string? FaultOfApi(string path, ProviderOptions options, bool isDevelopment) =>
        options.BaseAddress is not null ? OfAnotherKind(path, nameof(options.BaseAddress), ProviderKind.Stripe)
        : options.ApiBase is not { } address ? null
        : WebAddress.Fault($"{path}:ApiBase", address, isBase: true, isPublic: false) is { } fault ? fault
        // The secret key is sent there.
        : !isDevelopment && address.Scheme != Uri.UriSchemeHttps
            ? $"{path}:ApiBase must be an https address outside Development."
        : null;

    private static string? FaultOfKey(string path, ProviderOptions options, bool isNeeded) =>
        isNeeded && options.ApiKey.Length == 0
            ? $"{path}:ApiKey is missing: the token that the payment provider knows this merchant by."
        : options.ApiKey.Any(c => c is <= ' ' or > '~') ? $"{path}:ApiKey must be visible ASCII without spaces."
        : options.Kind == ProviderKind.Stripe && options.ApiKey.StartsWith(PublishablePrefix, StringComparison.Ordinal)
            ? $"{path}:ApiKey is a publishable key: it must be a secret or a restricted one."
        : null;

    private static string? FaultOfSecret(string path, ProviderOptions options, bool isNeeded)
    {
        if (!isNeeded) return null;
        if (options.WebhookSecret.Length == 0)
            return $"{path}:WebhookSecret is missing: the secret that notifications are signed with.";
        if (options.Kind == ProviderKind.Protocol)
        {
            return WebhookSecrets.Parse(options.WebhookSecret) is not null ? null
                : $"{path}:WebhookSecret must be base64 of at least {WebhookSecrets.MinBytes} bytes.";
        }
        var secrets = options.WebhookSecret.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return secrets.Length > 0 && secrets.All(IsStripeSecret) ? null
            : $"{path}:WebhookSecret must be a signing secret of Stripe's, {StripeSecretPrefix}…, or several separated "
                + "by spaces.";
    }

    private static bool IsStripeSecret(string secret) => secret.Length > StripeSecretPrefix.Length + 8
        && secret.StartsWith(StripeSecretPrefix, StringComparison.Ordinal) && secret.All(c => c is > ' ' and <= '~');

    private static string? FaultOfMethods(string path, ProviderOptions options)
    {
        if (options.PaymentMethods is not { } text) return null;
        if (options.Kind != ProviderKind.Stripe)
            return OfAnotherKind(path, nameof(options.PaymentMethods), options.Kind!.Value);
        var methods = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return methods.Length is > 0 and <= MaxPaymentMethods
            && methods.All(method => method.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            ? null
            : $"{path}:PaymentMethods must be names of payment methods, such as card, separated by spaces.";
    }

    private static string OfAnotherKind(string path, string key, ProviderKind kind) =>
        $"{path}:{key} is not a setting of the kind {kind}.";
}
