using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Payments.Providers;

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
    [InlineData("PublicAddress", null, "Payments:PublicAddress is missing")]
    [InlineData("PublicAddress", "https://shop.test/?a=b", "Payments:PublicAddress must")]
    [InlineData("PublicAddress", "https://shop.test/#a", "Payments:PublicAddress must")]
    [InlineData("PublicAddress", "https://me:hunter2@shop.test", "Payments:PublicAddress must")]
    [InlineData("PublicAddress", "http://shop.test",
        "Payments:PublicAddress is http://shop.test/: outside Development it must be an https address")]
    [InlineData("PublicAddress", "https://localhost",
        "Payments:PublicAddress is https://localhost/: outside Development it must")]
    [InlineData("PublicAddress", "https://shop.localhost",
        "Payments:PublicAddress is https://shop.localhost/: outside Development it must")]
    [InlineData("PublicAddress", "https://127.0.0.2:8443",
        "Payments:PublicAddress is https://127.0.0.2:8443/: outside Development it must")]
    [InlineData("PublicAddress", "https://[::1]",
        "Payments:PublicAddress is https://[::1]/: outside Development it must")]
    [InlineData("PublicAddress", "https://0.0.0.0",
        "Payments:PublicAddress is https://0.0.0.0/: outside Development it must")]
    [InlineData("PublicAddress", "https://[::]:1",
        "Payments:PublicAddress is https://[::]:1/: outside Development it must")]
    [InlineData("ReturnAddress", "http://shop.test/{order}", "Payments:ReturnAddress is http://shop.test/")]
    [InlineData("ReturnAddress", "https://localhost/{order}", "Payments:ReturnAddress is https://localhost/")]
    [InlineData("ReturnAddress", "https://me@shop.test", "Payments:ReturnAddress must")]
    [InlineData("BaseAddress", "http://pay.test?a=b", "Payments:BaseAddress must")]
    [InlineData("BaseAddress", "http://me:hunter2@pay.test", "Payments:BaseAddress must")]
    [InlineData("NotificationAddress", "https://me@shop.test", "Payments:NotificationAddress must")]
    public void Outside_Development_what_is_missing_or_wrong_is_one_line_that_names_the_key(
        string key, string? value, string message)
    {
        using var services = Services(Environments.Production, key, value);
        var options = services.GetRequiredService<IOptions<PaymentOptions>>();
        var fault = Should.Throw<OptionsValidationException>(() => options.Value);
        fault.Message.ShouldStartWith(message);
        fault.Message.ShouldNotContain("\n");
        fault.Message.ShouldNotContain("hunter2");
    }

    // Behind a TLS proxy the buyers' address is the proxy's; the provider's adapter may be on this machine.
    [Theory]
    [InlineData("Production", "PublicAddress", "https://shop.test:8443/flash")]
    [InlineData("Production", "BaseAddress", "http://127.0.0.1:9000/pay")]
    [InlineData("Production", "BaseAddress", "http://payments.internal")]
    [InlineData("Production", "NotificationAddress", "http://10.0.0.5:8080/api/payments/notifications?by=adapter")]
    [InlineData("Production", "ReturnAddress", "https://www.test/#/orders/{order}?b={batch}")]
    [InlineData("Development", "PublicAddress", "http://localhost:8080")]
    [InlineData("Development", "PublicAddress", null)]
    [InlineData("Development", "ReturnAddress", "http://localhost:3000/{order}")]
    public void What_a_merchant_may_mean_is_taken(string environment, string key, string? value)
    {
        using var services = Services(environment, key, value);
        Should.NotThrow(() => services.GetRequiredService<IOptions<PaymentOptions>>().Value);
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
        PaymentOptions.UsesSandbox(configuration, environment == Environments.Development).ShouldBe(expected);
    }

    [Fact]
    public void A_secret_is_read_with_and_without_its_prefix_and_several_while_they_are_rotated()
    {
        WebhookSecrets.Parse(Secret)!.ShouldHaveSingleItem().ShouldBe(SandboxHost.Secret);
        WebhookSecrets.Parse($"whsec_{Secret}")!.ShouldHaveSingleItem().ShouldBe(SandboxHost.Secret);
        WebhookSecrets.Parse($"whsec_{Secret}  {Secret}")!.Count.ShouldBe(2);
        WebhookSecrets.Parse($"{Secret} short").ShouldBeNull();
        WebhookSecrets.Parse("").ShouldBeNull();
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
            ["Payments:PublicAddress"] = "https://shop.test",
        };
        foreach (var (key, value) in changes) settings[$"Payments:{key}"] = value;
        var services = new ServiceCollection();
        services.AddPaymentProviders(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            new HostingEnvironment { EnvironmentName = environment });
        return services.BuildServiceProvider();
    }
}
