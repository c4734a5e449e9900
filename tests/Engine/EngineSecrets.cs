using System.Security.Cryptography;

namespace OrleansSale.Tests.Engine;

/// <summary>The secrets of one engine. They stay the same when it is started again on the same data.</summary>
/// <param name="SigningKey">Signs the tokens of API clients.</param>
/// <param name="TicketKey">Signs tickets.</param>
/// <param name="PaymentsApiKey">How the payment provider knows the engine.</param>
/// <param name="WebhookSecret">Signs the provider's notifications.</param>
/// <param name="RepliesSecret">Signs the platform's replies to posts.</param>
public sealed record EngineSecrets(
    byte[] SigningKey, byte[] TicketKey, string PaymentsApiKey, string WebhookSecret, string RepliesSecret)
{
    private const int KeyBytes = 32;

    /// <summary>New random ones.</summary>
    public static EngineSecrets Make() => new(
        RandomNumberGenerator.GetBytes(KeyBytes),
        RandomNumberGenerator.GetBytes(KeyBytes),
        RandomNumberGenerator.GetHexString(2 * KeyBytes, lowercase: true),
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)),
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));

    /// <summary>
    /// As environment variables, where they don't show in a list of processes; with the channel of the tests' sales.
    /// </summary>
    internal IEnumerable<KeyValuePair<string, string>> Variables() =>
    [
        new("Auth__SigningKey", Convert.ToBase64String(SigningKey)),
        new("Sale__TicketKey", Convert.ToBase64String(TicketKey)),
        new("Payments__ApiKey", PaymentsApiKey),
        new("Payments__WebhookSecret", WebhookSecret),
        new("Channels__weibo__Name__en", "Weibo"),
        new("Channels__weibo__Replies__Secret", RepliesSecret),
    ];
}
