using System.Web;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Api.Hosting;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>Fronts of one engine have the same keys and one public address, and a proxy chooses between them.</summary>
public sealed class TwoFrontsTests
{
    private const string Public = "http://shop.example";

    [Fact]
    public async Task A_sign_in_that_one_front_began_is_completed_by_another_but_not_by_another_engine()
    {
        await using var provider = await OpenIdProvider.StartAsync();
        await using var here = await StartAsync(provider, null);
        await using var there = await StartAsync(provider, here.Front);
        await using var stranger = await StartAsync(provider, null);
        using var visitor = new SigningIn(here.Client.Address);
        var answer = await visitor.AskAsync("club");
        answer.GetLeftPart(UriPartial.Path).ShouldBe($"{Public}/signin/club/callback");
        HttpUtility.ParseQueryString(answer.Query)["state"].ShouldNotBeNullOrEmpty();

        visitor.Front = stranger.Client.Address;
        SigningIn.CodeOf((await visitor.GetAsync(answer.PathAndQuery)).Is(400)).ShouldBe("sign-in-stale");
        visitor.Front = there.Client.Address;
        (await visitor.GetAsync(answer.PathAndQuery)).Is(200).Header("Refresh").ShouldBe("0; url=/sale/mi2-1");
        (await visitor.MeAsync())["user"].ShouldBe("club:1736200151");
    }

    private static Task<SaleFront> StartAsync(OpenIdProvider provider, RunningFront? first)
    {
        var settings = provider.SettingsOf("club", "The Club", "俱乐部");
        settings["Payments:PublicAddress"] = Public;
        return SaleFront.StartAsync(new FrontPlan
        {
            Settings = settings,
            Services = services =>
            {
                if (first is null) return;
                var keys = new DirectoryInfo(Path.Combine(first.DataDirectory, EngineData.SessionKeysName));
                services.Configure<KeyManagementOptions>(options =>
                    options.XmlRepository = new FileSystemXmlRepository(keys, NullLoggerFactory.Instance));
            },
        });
    }
}
