using System.ComponentModel;
using Microsoft.Extensions.Configuration;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Payments;

/// <summary>
/// How the engine and its payment providers reach each other. Bound from <c>Payments:</c>. One provider may be
/// configured without a name, or several below <see cref="Providers"/>.
/// </summary>
public sealed class PaymentOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Payments";

    /// <summary>Most providers.</summary>
    public const int MaxProviders = 20;

    /// <summary>The providers, by names of the operator's choice: <c>[a-z0-9-]{1,32}</c>.</summary>
    [DisplayName("provider")]
    public Dictionary<string, ProviderOptions> Providers { get; set; } = new(StringComparer.Ordinal);

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
    public string ApiKey { get; set => field = value ?? ""; } = "";

    /// <summary>
    /// The secret that the provider signs its notifications with: base64 of at least
    /// <see cref="WebhookSecrets.MinBytes"/> bytes, with or without the prefix <c>whsec_</c>. While secrets are
    /// rotated, several separated by spaces: any of them verifies, and the sandbox signs with all. No default.
    /// </summary>
    public string WebhookSecret { get; set => field = value ?? ""; } = "";

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

    /// <summary>All providers by name; one without a name is <see cref="SoleProvider.Name"/>.</summary>
    public IReadOnlyDictionary<string, ProviderOptions> All => Providers.Count > 0 ? Providers
        : new Dictionary<string, ProviderOptions>(StringComparer.Ordinal)
        {
            [SoleProvider.Name] = new ProviderOptions
            {
                Kind = ProviderKind.Protocol,
                BaseAddress = BaseAddress,
                ApiKey = ApiKey,
                WebhookSecret = WebhookSecret,
                NotificationAddress = NotificationAddress,
            },
        };

    /// <summary>
    /// The name of the provider that the sandbox is, if there is one: the Protocol without an address, or the only
    /// Protocol. Null: none, or it is not clear which.
    /// </summary>
    public string? NameOfSandbox
    {
        get
        {
            var protocols = All.Where(provider => provider.Value.Kind == ProviderKind.Protocol).ToList();
            if (protocols.Count > 1) protocols.RemoveAll(provider => provider.Value.BaseAddress is not null);
            return protocols.Count == 1 ? protocols[0].Key : null;
        }
    }

    /// <summary>Whether this process runs the sandbox, before any options exist: the composition asks it.</summary>
    public static bool UsesSandbox(IConfiguration configuration, bool isDevelopment) =>
        PaymentSettings.Read(configuration, isDevelopment).Sandbox;
}
