using System.Diagnostics.CodeAnalysis;
using OrleansSale.GrainInterfaces.Channels;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>A message as it arrived over HTTP.</summary>
/// <param name="Header">The value of a header; null: it is missing, or there are several.</param>
/// <param name="Body">The raw bytes, which the signature covers.</param>
public readonly record struct NotificationMessage(Func<string, string?> Header, ReadOnlyMemory<byte> Body);

/// <summary>
/// Turns a message of one provider into a <see cref="PaymentNotification"/>. It decides nothing.
/// </summary>
public interface INotificationReader
{
    /// <summary>
    /// Whether the provider lets only the user pay whom the checkout names, and reports who paid. It is false of cards:
    /// anyone may pay then, and the payment counts for that user.
    /// </summary>
    bool VerifiesPayer { get; }

    /// <summary>
    /// Verifies the signature over the raw bytes with the provider's own secret, and reads them only if it is valid.
    /// </summary>
    /// <param name="message">What arrived.</param>
    /// <param name="now">The instant, for the tolerance of the signature.</param>
    PaymentNotification Read(NotificationMessage message, DateTimeOffset now);
}

/// <summary>The readers of the configured providers, by the provider's name.</summary>
public sealed class NotificationReaders(IReadOnlyDictionary<string, INotificationReader> byName)
{
    /// <summary>The provider's reader; false: there is no such provider.</summary>
    public bool TryFind(string provider, [NotNullWhen(true)] out INotificationReader? reader) =>
        byName.TryGetValue(provider, out reader);

    /// <summary>The name of the provider that the users of a channel pay with; null: none is known.</summary>
    public string? NameOf(Channel channel) => channel.Payments ?? (TryFindSole(out var sole) ? sole : null);

    /// <summary>The name of the only provider; false: there are several.</summary>
    public bool TryFindSole([NotNullWhen(true)] out string? provider) =>
        (provider = byName.Count == 1 ? byName.Keys.First() : null) is not null;
}
