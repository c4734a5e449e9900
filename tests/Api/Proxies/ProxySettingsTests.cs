using Microsoft.Extensions.Configuration;
using OrleansSale.Api.Hosting;
using OrleansSale.Silo;

namespace OrleansSale.Tests.Api.Proxies;

/// <summary>What the settings of a proxy may be.</summary>
public sealed class ProxySettingsTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("/")]
    [InlineData("/shop/")]
    [InlineData("//shop")]
    [InlineData("/a//b")]
    [InlineData("/Shop")]
    [InlineData("/a.b")]
    [InlineData("/a b")]
    [InlineData("/a%20b")]
    [InlineData("/店")]
    [InlineData("https://shop.example/shop")]
    [InlineData("/shop?a")]
    public void A_path_base_that_is_no_path_of_plain_names_is_refused(string text) => Refused(("Sale:PathBase", text))
        .ShouldStartWith($"Sale:PathBase is {text}: it must begin with / and not end with it, ");

    [Fact]
    public void A_path_base_has_a_longest_length()
    {
        var longest = "/" + new string('a', 63) + "/" + new string('b', 63);
        Read(("Sale:PathBase", longest)).Site.Base.ShouldBe(longest);
        Refused(("Sale:PathBase", longest + "c")).ShouldStartWith("Sale:PathBase is ");
    }

    [Theory]
    [InlineData("/shop", "https://shop.example")]
    [InlineData("/shop", "https://shop.example/other")]
    [InlineData("/shop", "https://shop.example/shop/more")]
    [InlineData("", "https://shop.example/shop")]
    public void The_public_address_has_the_same_path(string pathBase, string address) =>
        Refused(("Sale:PathBase", pathBase), ("Payments:PublicAddress", address))
            .ShouldContain("Payments:PublicAddress has the path ");

    [Theory]
    [InlineData("/shop", "https://shop.example/shop")]
    [InlineData("/shop", "https://shop.example/shop/")]
    [InlineData("/a/b-1", "https://shop.example/a/b-1")]
    [InlineData("", "https://shop.example")]
    [InlineData("/shop", "")]
    public void Both_name_where_browsers_find_the_engine(string pathBase, string address) =>
        Read(("Sale:PathBase", pathBase), ("Payments:PublicAddress", address)).Site.Base.ShouldBe(pathBase);

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10.1")]
    [InlineData("10")]
    [InlineData("10.0.0.7:80")]
    [InlineData("10.0.0.0/33")]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("10.0.0.7,10.0.0.8")]
    public void A_proxy_that_is_no_address_and_no_network_is_refused(string text) =>
        Refused(("Sale:Proxies", "127.0.0.1 " + text)).ShouldStartWith($"Sale:Proxies has {text}: it must be ");

    [Fact]
    public void Proxies_are_addresses_and_networks()
    {
        Read(("Sale:Proxies", "127.0.0.1  10.0.0.0/24 ::1 fd00::/8")).Proxies
            .Select(proxy => proxy.ToString()).ShouldBe(["127.0.0.1/32", "10.0.0.0/24", "::1/128", "fd00::/8"]);
        Read().Proxies.ShouldBeEmpty();
    }

    private static string Refused(params (string Key, string Value)[] settings) =>
        Should.Throw<StartException>(() => Read(settings)).Message;

    private static ProxySettings Read(params (string Key, string Value)[] settings) =>
        ProxySettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
