using Microsoft.Extensions.Configuration;
using OrleansSale.Api.Hosting;
using OrleansSale.Silo;

namespace OrleansSale.Tests.Api.Pages;

/// <summary>Whose shop the pages say it is.</summary>
public sealed class MerchantTests
{
    [Fact]
    public async Task The_pages_have_the_merchant_s_name_and_mark_in_the_place_of_the_engine_s()
    {
        await using var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new()
            {
                ["Sale:MerchantName:en"] = "Xiaomi <&> Co",
                ["Sale:MerchantName:zh-CN"] = "小米",
                ["Sale:MerchantMarkUrl"] = "https://cdn.example/mark.svg",
            },
        });
        var batch = await sale.CreateAsync();
        foreach (var (query, name) in ((string, string)[])[("?lang=en", "Xiaomi <&> Co"), ("?lang=zh-CN", "小米")])
        {
            foreach (var path in (string[])["/", $"/sale/{batch}", "/sale/nothing", "/signin/nothing"])
            {
                var text = (await sale.Client.GetAsync(path + query)).Text;
                var page = new PageText(text);
                page.Tags("img").ShouldContain(tag => tag["src"] == "https://cdn.example/mark.svg", path);
                page.Tags("span").ShouldContain(tag =>
                    tag.GetValueOrDefault("data-zh-cn") == "小米" && tag["data-en"] == "Xiaomi <&> Co");
                text.ShouldNotContain("OrleansSale");
                if (page["og:site_name"] is { } site) site.ShouldBe(name);
            }
        }
    }

    [Fact]
    public void A_name_that_is_missing_is_the_other_one_and_without_any_it_is_the_engine_s()
    {
        var merchant = Read(("Sale:MerchantName:zh-CN", "小米"));
        (merchant.English, merchant.Chinese, merchant.MarkUrl).ShouldBe(("小米", "小米", null));
        merchant = Read(("Sale:MerchantName:en", "Xiaomi"), ("Sale:MerchantMarkUrl", ""));
        (merchant.English, merchant.Chinese, merchant.MarkUrl).ShouldBe(("Xiaomi", "Xiaomi", null));
        Read().English.ShouldBe("OrleansSale");
    }

    [Theory]
    [InlineData("Sale:MerchantName:de", "A", "Sale:MerchantName:de is of no language of the pages")]
    [InlineData("Sale:MerchantName:en", " ", "Sale:MerchantName:en must be 1 to 40 printable characters.")]
    [InlineData("Sale:MerchantName:en", "a\nb", "Sale:MerchantName:en must be 1 to 40 printable characters.")]
    [InlineData("Sale:MerchantMarkUrl", "http://cdn.example/a.png", "Sale:MerchantMarkUrl must be an https address")]
    [InlineData("Sale:MerchantMarkUrl", "//cdn.example/a.png", "Sale:MerchantMarkUrl must be an https address")]
    [InlineData("Sale:MerchantMarkUrl", "javascript:alert(1)", "Sale:MerchantMarkUrl must be an https address")]
    public void A_wrong_setting_stops_the_start_and_is_named(string key, string value, string message) =>
        Should.Throw<StartException>(() => Read((key, value))).Message.ShouldStartWith(message);

    private static OrleansSale.Api.Pages.Merchant Read(params (string Key, string Value)[] settings) =>
        MerchantSettings.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build());
}
