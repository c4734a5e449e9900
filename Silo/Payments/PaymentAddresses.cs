using Microsoft.Extensions.Options;

namespace OrleansSale.Silo.Payments;

/// <summary>
/// The address this process listens on, or null before its server started and in a process without one. It is read at
/// each use, because with port 0 it is not known earlier.
/// </summary>
public delegate Uri? OwnAddress();

/// <summary>
/// The addresses of the payment flow: configured ones, else derived from the address that this process listens on.
/// </summary>
public sealed class PaymentAddresses(IOptions<PaymentOptions> options, OwnAddress ownAddress)
{
    /// <summary>The prefix of the sandbox's routes.</summary>
    public const string SandboxPath = "/sandbox";

    /// <summary>Where a provider of our own protocol is; null while that can't be known yet.</summary>
    public Uri? Of(ProviderOptions provider) => provider.BaseAddress ?? At(ownAddress(), SandboxPath);

    /// <summary>
    /// Where the buyer of <paramref name="order"/> goes after the cashier; null if this process has no page to go to.
    /// </summary>
    public Uri? ReturnOf(string order)
    {
        // An order id is its batch's id, a dot and a sequence number.
        var batch = order[..Math.Max(order.LastIndexOf('.'), 0)];
        if (string.IsNullOrEmpty(options.Value.ReturnAddress))
            return SaleAt(options.Value.PublicAddress ?? ownAddress(), batch);
        return new Uri(options.Value.ReturnAddress
            .Replace("{batch}", Uri.EscapeDataString(batch), StringComparison.Ordinal)
            .Replace("{order}", Uri.EscapeDataString(order), StringComparison.Ordinal));
    }

    /// <summary>The page of a batch's sale at an address of this engine; null: there is no address.</summary>
    public static Uri? SaleAt(Uri? address, string batch) => At(address, $"/sale/{Uri.EscapeDataString(batch)}");

    /// <summary>
    /// <paramref name="path"/> below <paramref name="address"/>, whose own path stays in front of it.
    /// </summary>
    public static Uri? At(Uri? address, string path) =>
        address is null ? null : new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);
}
