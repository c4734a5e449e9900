using System.Diagnostics.CodeAnalysis;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Sales.Replies;

/// <summary>A channel whose users buy by replies.</summary>
/// <param name="Signature">What signs its replies.</param>
/// <param name="Words">Which of them buy.</param>
public sealed record ReplyChannel(WebhookSignature Signature, BuyWords Words);

/// <summary>The channels whose users buy by replies.</summary>
public sealed class ReplyChannels
{
    private readonly Dictionary<string, ReplyChannel> _byChannel;

    /// <summary>Reads them from settings that were checked at the start.</summary>
    public ReplyChannels(ConfiguredChannels channels) =>
        _byChannel = channels.All.Where(channel => channel.Replies is not null).ToDictionary(
            channel => channel.Id,
            channel => new ReplyChannel(
                new WebhookSignature(WebhookSecrets.Parse(channel.Replies!.Secret!)!),
                new BuyWords(channel.Replies.BuyWords)),
            StringComparer.Ordinal);

    /// <summary>The channel of that id; false: it is not there, or its users do not buy by replies.</summary>
    public bool TryFind(string channel, [NotNullWhen(true)] out ReplyChannel? found) =>
        _byChannel.TryGetValue(channel, out found);
}
