using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.Silo;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>Several payment providers, and which of them each platform's users pay with.</summary>
public sealed class ProviderSettingsTests
{
    private const string Pay = "Payments:Providers:pay:";
    private const string Card = "Payments:Providers:card:";
    private static readonly string Secret = Convert.ToBase64String(SandboxHost.Secret);

    [Theory]
    [InlineData("Payments:ApiKey", "key", "Payments:ApiKey cannot be set together with Payments:Providers")]
    [InlineData("Payments:BaseAddress", "http://pay.test", "Payments:BaseAddress cannot be set together with")]
    [InlineData("Payments:NotificationAddress", "http://pay.test", "Payments:NotificationAddress cannot be set")]
    [InlineData(Pay + "Kind", null, Pay + "Kind is missing: Protocol or Stripe.")]
    [InlineData(Pay + "BaseAddress", null, Pay + "BaseAddress is missing")]
    [InlineData(Pay + "ApiKey", null, Pay + "ApiKey is missing")]
    [InlineData(Pay + "WebhookSecret", "short", Pay + "WebhookSecret must be base64 of at least 24 bytes.")]
    [InlineData(Pay + "ApiBase", "https://pay.test", Pay + "ApiBase is not a setting of the kind Protocol.")]
    [InlineData(Pay + "PaymentMethods", "card", Pay + "PaymentMethods is not a setting of the kind Protocol.")]
    [InlineData(Card + "ApiKey", null, Card + "ApiKey is missing")]
    [InlineData(Card + "ApiKey", "pk_live_1", Card + "ApiKey is a publishable key")]
    [InlineData(Card + "WebhookSecret", null, Card + "WebhookSecret is missing")]
    [InlineData(Card + "WebhookSecret", "c2hvcnQ=", Card + "WebhookSecret must be a signing secret of Stripe's")]
    [InlineData(Card + "WebhookSecret", "whsec_12345678901 oops", Card + "WebhookSecret must be a signing secret")]
    [InlineData(Card + "BaseAddress", "https://pay.test", Card + "BaseAddress is not a setting of the kind Stripe.")]
    [InlineData(Card + "NotificationAddress", "https://pay.test", Card + "NotificationAddress is not a setting of the")]
    [InlineData(Card + "ApiBase", "http://stripe.test", Card + "ApiBase must be an https address outside Development.")]
    [InlineData(Card + "ApiBase", "https://stripe.test?a=b", Card + "ApiBase must have neither a query nor a fragment")]
    [InlineData(Card + "PaymentMethods", "", Card + "PaymentMethods must be names of payment methods")]
    [InlineData(Card + "PaymentMethods", "Visa!", Card + "PaymentMethods must be names of payment methods")]
    [InlineData("Payments:Providers:A.B:Kind", "Protocol", "Payments:Providers:A.B is no provider: a name has 1 to 32")]
    [InlineData("Payments:Sandbox", "true", null)]
    [InlineData("Channels:weibo:Payments", null,
        "Channels:weibo:Payments is missing: the payment provider of its users, one of card, pay.")]
    [InlineData("Channels:weibo:Payments", "crad",
        "Channels:weibo:Payments names no payment provider: there is card, pay.")]
    public void Outside_Development_what_is_missing_or_wrong_is_one_line_that_names_the_key(
        string key, string? value, string? message)
    {
        var settings = Good();
        settings[key] = value;
        if (message is null) Require(settings);
        else
        {
            var fault = Should.Throw<StartException>(() => Require(settings)).Message;
            fault.ShouldStartWith(message);
            fault.ShouldNotContain("\n");
        }
    }

    [Fact]
    public void Every_fault_is_told_and_no_secret()
    {
        var settings = Good();
        (settings[Pay + "ApiKey"], settings[Card + "WebhookSecret"]) = ("two words", "hunter2");
        var fault = Should.Throw<StartException>(() => Require(settings)).Message;
        fault.ShouldContain(Pay + "ApiKey must be visible ASCII");
        fault.ShouldContain(Card + "WebhookSecret must be");
        fault.ShouldNotContain("hunter2");
    }

    [Fact]
    public void A_provider_without_a_name_is_the_default_of_every_channel()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Payments:BaseAddress"] = "https://pay.test",
            ["Payments:ApiKey"] = "key",
            ["Payments:WebhookSecret"] = Secret,
            ["Payments:PublicAddress"] = "https://shop.test",
            ["Channels:weibo:Payments"] = null,
            ["Channels:shop:Payments"] = "default",
        };
        Require(settings);
    }

    [Fact]
    public void A_silo_without_a_front_needs_no_secret_of_notifications()
    {
        var settings = Good();
        (settings[Pay + "WebhookSecret"], settings[Card + "WebhookSecret"]) = (null, null);
        Require(settings, PaymentRole.Asks);
    }

    [Fact]
    public async Task A_channel_that_names_no_provider_stops_the_start()
    {
        var plan = new FrontPlan { Settings = new() { ["Channels:weibo:Payments"] = "nobody" } };
        (await Should.ThrowAsync<StartException>(() => RunningFront.StartAsync(plan))).Message
            .ShouldBe("Channels:weibo:Payments names no payment provider: there is default.");
    }

    private static Dictionary<string, string?> Good() => new()
    {
        ["Payments:PublicAddress"] = "https://shop.test",
        [Pay + "Kind"] = "Protocol",
        [Pay + "BaseAddress"] = "http://127.0.0.1:9000",
        [Pay + "ApiKey"] = "key",
        [Pay + "WebhookSecret"] = Secret,
        [Card + "Kind"] = "Stripe",
        [Card + "ApiKey"] = "sk_live_1",
        [Card + "WebhookSecret"] = "whsec_12345678901 whsec_12345678902",
        ["Channels:weibo:Payments"] = "pay",
    };

    private static void Require(
        Dictionary<string, string?> settings, PaymentRole role = PaymentRole.Asks | PaymentRole.IsNotified)
    {
        // What has no value is not there.
        var there = settings.Where(setting => setting.Value is not null);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(there).Build();
        var environment = new HostingEnvironment { EnvironmentName = Environments.Production };
        configuration.RequirePayments(environment, role);
        var channels = settings.Keys.Where(key => key.StartsWith("Channels:", StringComparison.Ordinal))
            .Select(key => key.Split(':')[1]).Distinct();
        var options = new ChannelsOptions();
        foreach (var id in channels)
            options.Add(id, new ChannelOptions { Payments = settings[$"Channels:{id}:Payments"] });
        configuration.RequirePaymentsOf(new ConfiguredChannels(options), environment);
    }
}
