using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.GrainInterfaces.Channels;

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
public sealed record ChannelBody(string Id, LanguagesBody Name, string? SignIn);

/// <summary>The platforms that this engine sells on.</summary>
public sealed record ChannelList(ChannelBody[] Items);

/// <summary>The platforms, for the pages.</summary>
public static class ChannelsApi
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapChannels(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/channels", (HttpContext http, ConfiguredChannels channels) =>
        {
            http.Response.Headers.CacheControl = "public, max-age=60";
            return Reply.Ok(new ChannelList([.. channels.All.Select(BodyOf)]), SignInJson.Wire.ChannelList);
        }).WithTags("Sign-in").WithSummary("The platforms that this engine sells on").Produces<ChannelList>()
            .Described("ListChannels", EndpointDescription.Open());

    private static ChannelBody BodyOf(Channel channel) => new(
        channel.Id, new LanguagesBody(channel.English, channel.Chinese),
        channel.SignIn is null ? null : $"/signin/{channel.Id}");
}
