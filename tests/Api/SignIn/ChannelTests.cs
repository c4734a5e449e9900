using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.Silo.Channels;

namespace OrleansSale.Tests.Api.SignIn;

/// <summary>The platforms that an engine is configured for.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task Everybody_sees_the_platforms_with_their_names_in_both_languages()
    {
        await using var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new()
            {
                ["Channels:weibo:Name:zh-CN"] = "微博",
                ["Channels:x:SignIn:Provider"] = "Twitter",
                ["Channels:x:SignIn:ClientId"] = "id",
                ["Channels:x:SignIn:ClientSecret"] = "secret",
                ["Channels:shop:Name:zh-CN"] = "商店",
            },
        });
        var list = (await sale.Client.GetAsync("/api/channels")).Is(200);
        list.Header("Cache-Control").ShouldBe("public, max-age=60");
        string[] own = ["shop", "weibo", "x"];
        var listed = list.Items.Where(item => own.Contains(item.GetProperty("id").GetString()));
        const string Payment = """
            {"provider":"default","verifiesPayer":true}
            """;
        const string Nameless = """
            {"en":"partner platform","zh-CN":"合作平台"}
            """;
        listed.Select(item => item.GetRawText()).ShouldBe([
            $$"""{"id":"shop","name":{"en":"商店","zh-CN":"商店"},"signIn":null,"payment":{{Payment}}}""",
            $$"""{"id":"weibo","name":{"en":"weibo","zh-CN":"微博"},"signIn":null,"payment":{{Payment}}}""",
            $$"""{"id":"x","name":{{Nameless}},"signIn":"/signin/x","payment":{{Payment}}}""",
        ]);
        list.Text.ShouldNotContain("secret");
    }

    [Fact]
    public void Every_fault_of_the_platforms_has_a_line_that_names_its_key_and_no_secret()
    {
        var options = new ChannelsOptions
        {
            ["Weibo"] = new(),
            ["a"] = new() { Name = { ["en"] = new string('x', 41), ["de"] = "A" } },
            ["b"] = new() { SignIn = new() { ClientSecret = "hidden" } },
            ["c"] = new()
            {
                SignIn = new()
                {
                    Provider = "GitHub",
                    Issuer = new("http://login.example"),
                    ClientId = "c",
                    ClientSecret = "hidden",
                },
            },
        };
        var faults = ChannelRules.FaultsOf(options, isDevelopment: false).ToList();
        faults.Select(fault => fault.Split(' ')[0]).ShouldBe([
            "Channels:Weibo", "Channels:a:Name:en", "Channels:a:Name:de", "Channels:b:SignIn",
            "Channels:b:SignIn:ClientId",
            "Channels:c:SignIn", "Channels:c:SignIn:Issuer",
        ]);
        faults.ShouldAllBe(fault => !fault.Contains("hidden", StringComparison.Ordinal) && !fault.Contains('\n'));
        var signIn = new SignInOptions { Issuer = new Uri("http://login.example"), ClientId = "c", ClientSecret = "s" };
        ChannelRules.FaultsOf(new() { ["c"] = new() { SignIn = signIn } }, isDevelopment: true).ShouldBeEmpty();
    }

    [Fact]
    public void Every_fault_of_their_posts_has_a_line_that_names_its_key_and_no_secret()
    {
        var secret = Convert.ToBase64String("hidden hidden hidden hidden"u8);
        var options = new ChannelsOptions
        {
            ["a"] = new() { Posts = new() { AccessToken = "hidden" } },
            ["b"] = new() { Posts = new() { Kind = PostKind.Webhook } },
            ["c"] = new()
            {
                Posts = new() { Kind = PostKind.Webhook, Address = new("http://shop.example/hook"), Secret = "hidden" },
            },
            ["d"] = new() { Posts = new() { Kind = PostKind.Weibo, Secret = secret, AccessToken = "hid den" } },
            ["e"] = new() { Posts = new() { Kind = PostKind.Sandbox, AccessToken = "hidden" } },
        };
        var faults = ChannelRules.FaultsOf(options, isDevelopment: false).ToList();
        faults.Select(fault => fault.Split(' ')[0].TrimEnd(':')).ShouldBe([
            "Channels:a:Posts:Kind", "Channels:b:Posts:Address", "Channels:b:Posts:Secret",
            "Channels:c:Posts:Address", "Channels:c:Posts:Secret", "Channels:d:Posts:AccessToken",
            "Channels:d:Posts:Secret", "Channels:e:Posts:Kind", "Channels:e:Posts:AccessToken",
        ]);
        faults.ShouldAllBe(fault => !fault.Contains("hid", StringComparison.Ordinal) && !fault.Contains('\n'));
        var posts = new PostsOptions
        {
            Kind = PostKind.Webhook,
            Address = new("http://localhost/hook"),
            Secret = secret,
        };
        ChannelRules.FaultsOf(new() { ["c"] = new() { Posts = posts } }, isDevelopment: true).ShouldBeEmpty();
        posts = new PostsOptions { Kind = PostKind.Sandbox };
        ChannelRules.FaultsOf(new() { ["c"] = new() { Posts = posts } }, isDevelopment: true).ShouldBeEmpty();
    }
}
