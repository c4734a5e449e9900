using Microsoft.Extensions.Configuration;
using OrleansSale.Api.Hosting;
using OrleansSale.Silo;
using OrleansSale.Silo.Channels;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>Settings of platforms and operators that cannot be used stop the start, one line per fault.</summary>
public sealed class PlatformSettingsTests
{
    [Theory]
    [InlineData("Weebo", "Channels:a:SignIn:Provider is Weebo, which is no web provider of OpenIddict.")]
    [InlineData("Weebo", "Did you mean Weibo")]
    [InlineData("Twit", "Did you mean Twitch or Twitter")]
    [InlineData("Nobody at all", "which is no web provider of OpenIddict. docs/channels.md")]
    [InlineData("Keycloak", "Channels:a:SignIn:Provider is Keycloak, which cannot be connected: ")]
    [InlineData("Keycloak", "The mandatory 'Issuer' setting")]
    public void A_provider_that_cannot_be_connected_stops_the_start_in_one_line(string provider, string says)
    {
        var message = Refused(WebProviderTests.Of("a", provider));
        message.ShouldContain(says);
        message.ShouldNotContain("\n");
        message.ShouldNotContain("secret of");
    }

    [Fact]
    public void The_sandbox_is_for_Development_and_has_no_settings()
    {
        Refused(new() { ["Channels:a:SignIn:Provider"] = "Sandbox" })
            .ShouldBe("Channels:a:SignIn:Provider is Sandbox, which is for Development only: any name logs in there.");
        ChannelRules.FaultsOf(
                new() { ["a"] = new() { SignIn = { Provider = "sandbox", ClientId = "a" } } }, isDevelopment: true)
            .ShouldBe(["Channels:a:SignIn:Provider is Sandbox, which has no other settings."]);
    }

    [Theory]
    [InlineData("Operators:0:Channel is missing: ", "Subject=boss")]
    [InlineData("Operators:0:Channel is b, which is no channel: there is a, plain.", "Channel=b", "Subject=boss")]
    [InlineData("Operators:0:Channel is plain, whose users cannot sign in: ", "Channel=plain", "Subject=boss")]
    [InlineData("Operators:0 needs one of Subject and Claim: ", "Channel=a")]
    [InlineData("Operators:0 needs only one of Subject and Claim: ", "Channel=a", "Subject=b", "Claim=c", "Value=d")]
    [InlineData("Operators:0:Subject must be 1 to 128 printable characters", "Channel=a", "Subject=a:b")]
    [InlineData("Operators:0:Value is missing: what the claim groups must be.", "Channel=a", "Claim=groups")]
    [InlineData("Operators:0:Value is that of a claim, and ", "Channel=a", "Subject=boss", "Value=sales")]
    [InlineData("Operators:0:Role must be 1 to 32 lower-case letters", "Channel=a", "Subject=boss", "Role=The Boss")]
    public void An_operator_that_cannot_be_stops_the_start_with_the_key(string says, params string[] entry)
    {
        var settings = WebProviderTests.Of("a", "Weibo");
        settings["Channels:plain:Name:en"] = "Plain";
        foreach (var part in entry) settings[$"Operators:0:{part.Split('=')[0]}"] = part.Split('=')[1];
        Refused(settings).ShouldStartWith(says);
    }

    [Fact]
    public void Every_operator_that_cannot_be_is_told_at_once()
    {
        var settings = WebProviderTests.Of("a", "Weibo");
        (settings["Operators:0:Channel"], settings["Operators:1:Channel"]) = ("a", "b");
        var message = Refused(settings);
        foreach (var key in (string[])["Operators:0 ", "Operators:1:Channel", "Operators:1 "])
            message.ShouldContain(key);
    }

    private static string Refused(Dictionary<string, string> settings)
    {
        var configuration = new ConfigurationManager();
        foreach (var (key, value) in settings) configuration[key] = value;
        return Should.Throw<StartException>(() => PlatformRegistration.Read(configuration, isDevelopment: false))
            .Message;
    }
}
