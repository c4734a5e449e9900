using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.SignIn;

/// <summary>A text for people in the languages of the pages.</summary>
/// <param name="English">In English.</param>
/// <param name="Chinese">In Chinese.</param>
public sealed record LanguagesBody(
    [property: JsonPropertyName("en")] string English, [property: JsonPropertyName("zh-CN")] string Chinese);

/// <summary>A platform that this engine sells on.</summary>
/// <param name="Id">The channel, as users and batches name it.</param>
/// <param name="Name">Its name.</param>
/// <param name="SignIn">Where a browser goes to sign in with it; null: its users bring tokens only.</param>
/// <param name="Payment">How its users pay; null: no provider is configured for them.</param>
public sealed record ChannelBody(string Id, LanguagesBody Name, string? SignIn, ChannelPaymentBody? Payment);

/// <summary>How the users of a platform pay.</summary>
/// <param name="Provider">The payment provider, by its name in the settings.</param>
/// <param name="VerifiesPayer">
/// Whether only the buyer's own account can pay. If not, anyone with the address of the checkout can pay for the buyer.
/// </param>
public sealed record ChannelPaymentBody(string Provider, bool VerifiesPayer);

/// <summary>The platforms that this engine sells on.</summary>
public sealed record ChannelList(ChannelBody[] Items);

/// <summary>The same list inside a page, which needs not ask for it.</summary>
public sealed class PageChannels(ConfiguredChannels channels, NotificationReaders payments, SitePath site)
{
    /// <summary>
    /// The list as JSON that is safe in HTML: the default encoder escapes all that could end an element.
    /// </summary>
    public string Json { get; } =
        JsonSerializer.Serialize(ChannelsApi.ListOf(channels, payments, site), SignInJson.Default.ChannelList);
}

/// <summary>The platforms, for the pages.</summary>
public static class ChannelsApi
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapChannels(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/channels", (
            HttpContext http, ConfiguredChannels channels, NotificationReaders payments, SitePath site) =>
        {
            http.Response.Headers.CacheControl = "public, max-age=60";
            return Reply.Ok(ListOf(channels, payments, site), SignInJson.Wire.ChannelList);
        }).WithTags("Sign-in").WithSummary("The platforms that this engine sells on").Produces<ChannelList>()
            .Described("ListChannels", EndpointDescription.Open());

    internal static ChannelList ListOf(
        ConfiguredChannels channels, NotificationReaders payments, SitePath site) =>
        new([.. channels.All.Select(channel => BodyOf(channel, payments, site))]);

    private static ChannelBody BodyOf(Channel channel, NotificationReaders payments, SitePath site) => new(
        channel.Id, new LanguagesBody(channel.English, channel.Chinese),
        channel.SignIn is null ? null : site.Of($"/signin/{channel.Id}"),
        payments.NameOf(channel) is { } provider && payments.TryFind(provider, out var reader)
            ? new ChannelPaymentBody(provider, reader.VerifiesPayer)
            : null);
}
