using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Posts;

namespace OrleansSale.Tests.Api.Announcements;

/// <summary>How many posts can be under way.</summary>
public sealed class ChannelPlacesTests
{
    private const int MaxTries = 64;

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_channel_that_does_not_answer_takes_no_place_from_another_one()
    {
        using var platform = new SilentPlatform();
        await using var services = ServicesOf(platform);
        var publisher = services.GetRequiredService<IPostPublisher>();
        var silent = Enumerable.Range(0, MaxTries)
            .Select(number => PublishAsync(publisher, "silent", $"msg_{number}")).ToList();
        (await PublishAsync(publisher, "silent", "one more")).Outcome.ShouldBe(PostOutcome.TryLater);
        (await PublishAsync(publisher, "sound", "msg")).Outcome.ShouldBe(PostOutcome.Delivered);
        platform.End();
        (await Task.WhenAll(silent)).ShouldAllBe(result => result.Outcome == PostOutcome.Delivered);
    }

    private static ServiceProvider ServicesOf(HttpMessageHandler platform)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ConfiguredChannels(new ChannelsOptions
        {
            ["silent"] = new() { Posts = new() { Kind = PostKind.Sandbox, Address = new("http://silent.test/p") } },
            ["sound"] = new() { Posts = new() { Kind = PostKind.Sandbox, Address = new("http://sound.test/p") } },
        }));
        services.AddOptions<PaymentOptions>().Configure(options =>
            (options.PublicAddress, options.ApiKey) = (new("https://sale.test"), "the key"));
        services.AddPosts();
        services.AddHttpClient("posts").ConfigurePrimaryHttpMessageHandler(() => platform);
        return services.BuildServiceProvider();
    }

    private static Task<PostResult> PublishAsync(IPostPublisher publisher, string channel, string id) =>
        publisher.PublishAsync(
            new Post(
                id, new(channel, "mi2-1", new("Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), Noon, null)),
                new Announcement("batch-mi2-1.1", new("Open", "开门了"), null, Noon)),
            TestContext.Current.CancellationToken);

    private sealed class SilentPlatform : HttpMessageHandler
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Within the bound of a try, which no test waits for.
            if (request.RequestUri!.Host.StartsWith("silent", StringComparison.Ordinal)) await _end.Task;
            return new(HttpStatusCode.OK);
        }
    }
}
