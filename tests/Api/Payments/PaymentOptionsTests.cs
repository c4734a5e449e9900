using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Tests.Api.Payments;

public sealed class PaymentOptionsTests
{
    private static readonly string Secret = Convert.ToBase64String(SandboxHost.Secret);

    [Theory]
    [InlineData("BaseAddress", null, "Payments:BaseAddress is missing")]
    [InlineData("BaseAddress", "pay.test", "Payments:BaseAddress must")]
    [InlineData("BaseAddress", "ftp://pay.test", "Payments:BaseAddress must")]
    [InlineData("ApiKey", null, "Payments:ApiKey is missing")]
    [InlineData("ApiKey", "two words", "Payments:ApiKey must")]
    [InlineData("WebhookSecret", null, "Payments:WebhookSecret is missing")]
    [InlineData("WebhookSecret", "not base64!", "Payments:WebhookSecret must")]
    [InlineData("WebhookSecret", "c2hvcnQ=", "Payments:WebhookSecret must")]
    [InlineData("PublicAddress", "/here", "Payments:PublicAddress must")]
    [InlineData("NotificationAddress", "mailto:shop@shop.test", "Payments:NotificationAddress must")]
    [InlineData("ReturnAddress", "javascript:alert(1)", "Payments:ReturnAddress must")]
    public void Outside_Development_what_is_missing_or_wrong_is_one_line_that_names_the_key(
        string key, string? value, string message)
    {
        using var services = Services(Environments.Production, key, value);
        var options = services.GetRequiredService<IOptions<PaymentOptions>>();
        var fault = Should.Throw<OptionsValidationException>(() => options.Value);
        fault.Message.ShouldStartWith(message);
        fault.Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("Production", null, null, false)]
    [InlineData("Development", null, null, true)]
    [InlineData("Development", "http://pay.test", null, false)]
    [InlineData("Development", null, "false", false)]
    [InlineData("Production", null, "true", true)]
    public void The_sandbox_is_there_in_Development_without_another_provider_or_when_it_is_asked_for(
        string environment, string? baseAddress, string? asked, bool expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Payments:BaseAddress"] = baseAddress,
            ["Payments:Sandbox"] = asked,
        }).Build();
        var host = new HostingEnvironment { EnvironmentName = environment };
        PaymentOptions.UsesSandbox(configuration, host).ShouldBe(expected);
    }

    [Fact]
    public void A_secret_is_read_with_and_without_its_prefix_and_several_while_they_are_rotated()
    {
        PaymentOptions.ParseWebhookSecrets(Secret)!.ShouldHaveSingleItem().ShouldBe(SandboxHost.Secret);
        PaymentOptions.ParseWebhookSecrets($"whsec_{Secret}")!.ShouldHaveSingleItem().ShouldBe(SandboxHost.Secret);
        PaymentOptions.ParseWebhookSecrets($"whsec_{Secret}  {Secret}")!.Count.ShouldBe(2);
        PaymentOptions.ParseWebhookSecrets($"{Secret} short").ShouldBeNull();
        PaymentOptions.ParseWebhookSecrets("").ShouldBeNull();
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("http://localhost:8080/", null, "http://localhost:8080/sale/mi2-1")]
    [InlineData("https://shop.test/flash", null, "https://shop.test/flash/sale/mi2-1")]
    [InlineData("https://shop.test", "https://www.test/b/{batch}?o={order}", "https://www.test/b/mi2-1?o=mi2-1.17")]
    public void A_buyer_returns_to_the_page_of_the_batch_or_to_where_the_template_says(
        string? publicAddress, string? template, string? expected)
    {
        using var services = Services(
            Environments.Development, ("PublicAddress", publicAddress), ("ReturnAddress", template));
        services.GetRequiredService<PaymentAddresses>().ReturnOf("mi2-1.17")?.AbsoluteUri.ShouldBe(expected);
        if (expected is null) services.GetRequiredService<PaymentAddresses>().ReturnOf("mi2-1.17").ShouldBeNull();
    }

    private static ServiceProvider Services(string environment, string key, string? value) =>
        Services(environment, (key, value));

    private static ServiceProvider Services(string environment, params (string Key, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Payments:BaseAddress"] = "https://pay.test",
            ["Payments:ApiKey"] = "key",
            ["Payments:WebhookSecret"] = Secret,
        };
        foreach (var (key, value) in changes) settings[$"Payments:{key}"] = value;
        var services = new ServiceCollection();
        services.AddPaymentProvider(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            new HostingEnvironment { EnvironmentName = environment });
        return services.BuildServiceProvider();
    }
}
