using System.Diagnostics.CodeAnalysis;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>The configured payment providers, and which of them the users of a channel pay with.</summary>
/// <param name="byName">The providers, by name.</param>
/// <param name="byChannel">The names, by channel. A channel that is not among them pays with the only provider.</param>
public sealed class PaymentProviders(
    IReadOnlyDictionary<string, IPaymentProvider> byName, IReadOnlyDictionary<string, string> byChannel)
{
    /// <summary>One provider for everybody.</summary>
    public PaymentProviders(IPaymentProvider sole)
        : this(
            new Dictionary<string, IPaymentProvider>(StringComparer.Ordinal) { [SoleProvider.Name] = sole },
            new Dictionary<string, string>(StringComparer.Ordinal))
    {
    }

    /// <summary>Whether every provider ends its checkouts by itself, so that the engine has none to close.</summary>
    public bool AllEndCheckouts => byName.Values.All(provider => provider.EndsCheckouts);

    /// <summary>
    /// Whether the engine has to close the checkouts of that provider. It cannot if the provider is not configured.
    /// </summary>
    public bool MustCloseCheckoutsOf(string name) =>
        byName.TryGetValue(name, out var provider) && !provider.EndsCheckouts;

    /// <summary>The provider of that name; false: it is not configured.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out IPaymentProvider? provider) =>
        byName.TryGetValue(name, out provider);

    /// <summary>The name of the provider that the users of a channel pay with; null: none is known.</summary>
    public string? NameOf(ReadOnlySpan<char> channel) =>
        byChannel.TryGetValue(channel.ToString(), out var name) ? name
        : byName.Count == 1 ? byName.Keys.First()
        : null;
}
